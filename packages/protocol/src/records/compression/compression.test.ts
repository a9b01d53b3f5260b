import { describe, expect, test } from "vitest"
import { fromHex } from "../../testing/fixture.ts"
import { below, randomBytes, seeded } from "../../testing/index.ts"
import { codecs } from "../batch.ts"
import { CompressionError } from "./bounds.ts"
import { compress, decompress } from "./index.ts"
import { xxh32 } from "./xxh32.ts"

const packed = codecs.filter((codec) => codec !== "none")

/** Text with repetitions near and far, and runs: every kind of literal and match. */
function textual(seed: number, size: number): Buffer {
  const random = seeded(seed)
  const words = Array.from({ length: 50 }, () => randomBytes(random, 1 + below(random, 12)).toString("base64"))
  let text = ""
  while (text.length < size) text += random() < 0.05 ? "a".repeat(below(random, 400)) : words[below(random, words.length)]
  return Buffer.from(text.slice(0, size))
}

const samples = [0, 1, 12, 13, 300, 16_384, 70_000, 300_000].map((size, seed) => [size, textual(seed, size)] as const)

describe.each(packed)("%s", (codec) => {
  test.each(samples)("gives %d bytes of text back", (_size, bytes) => {
    expect(Buffer.from(decompress(codec, compress(codec, bytes))).equals(bytes)).toBe(true)
  })

  test("gives random bytes back, which nothing can compress", () => {
    const bytes = randomBytes(seeded(9), 100_000)
    expect(Buffer.from(decompress(codec, compress(codec, bytes))).equals(bytes)).toBe(true)
  })

  test("refuses more output than allowed, at every size of input", () => {
    for (const size of [1_000, 1_000_000, 20_000_000]) {
      const bomb = compress(codec, Buffer.alloc(size))
      expect(() => decompress(codec, bomb, { maxOutputBytes: size - 1 })).toThrow(
        expect.objectContaining({ name: "CompressionError", kind: "tooLarge" }),
      )
      expect(decompress(codec, bomb, { maxOutputBytes: size }).byteLength).toBe(size)
    }
  })

  test("answers CompressionError on anything that is not its format, and keeps its memory", () => {
    const random = seeded(11)
    const good = compress(codec, textual(3, 3_000))
    for (let index = 0; index < 1_500; index += 1) {
      const bad = Buffer.from(good)
      for (let wounds = 1 + below(random, 3); wounds > 0; wounds -= 1) bad[below(random, bad.length)] = below(random, 256)
      expectVerdict(codec, index % 3 === 0 ? bad.subarray(0, below(random, bad.length)) : bad)
      expectVerdict(codec, randomBytes(random, below(random, 60)))
    }
    expect(process.memoryUsage().external).toBeLessThan(500_000_000)
  })
})

function expectVerdict(codec: (typeof codecs)[number], bytes: Uint8Array): void {
  try {
    expect(decompress(codec, bytes, { maxOutputBytes: 1_000_000 }).byteLength).toBeLessThanOrEqual(1_000_000)
  } catch (error) {
    if (!(error instanceof CompressionError)) throw new Error(`${codec}: ${Buffer.from(bytes).toString("hex")}`, { cause: error })
  }
}

test("none is the bytes themselves", () => {
  const bytes = Buffer.from("as it is")
  expect(compress("none", bytes)).toBe(bytes)
  expect(decompress("none", bytes)).toBe(bytes)
})

describe("snappy", () => {
  test("reads xerial's framing of several blocks", () => {
    const blocks = [Buffer.from("first "), Buffer.from("second")].map((block) => compress("snappy", block))
    const framed = Buffer.concat([fromHex("82534e41505059000000000100000001"), ...blocks.flatMap((block) => [lengthOf(block), block])])
    expect(Buffer.from(decompress("snappy", framed)).toString()).toBe("first second")
    expect(() => decompress("snappy", framed.subarray(0, -1))).toThrow("a block is cut")
    expect(() => decompress("snappy", framed, { maxOutputBytes: 11 })).toThrow("exceeds 11 bytes")
  })

  test("refuses a length that the tags do not fill, before allocating it", () => {
    expect(() => decompress("snappy", fromHex("80808018" + "0061"))).toThrow("less output than announced")
  })

  test.each([
    ["05" + "0061", "less output than announced"],
    ["01" + "046161", "more output than announced"],
    ["05" + "0061" + "0d02", "a copy points before the start"],
    ["05" + "f0", "a tag is cut"],
    ["ffffffffff", "the length in front is cut"],
  ])("%s: %s", (hex, message) => {
    expect(() => decompress("snappy", fromHex(hex))).toThrow(message)
  })
})

function lengthOf(block: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(block.byteLength)
  return bytes
}

describe("lz4", () => {
  // Made with the reference implementation's rules: linked blocks, content size, checksums.
  const content = Buffer.from("abcabcabcabcabcabcabc, stored")

  function frame({ flags, body, size }: { flags: number; body: Buffer; size?: number }): Buffer {
    const descriptor = Buffer.alloc(size === undefined ? 2 : 10)
    descriptor[0] = flags
    descriptor[1] = 0x40
    if (size !== undefined) descriptor.writeBigUInt64LE(BigInt(size), 2)
    const check = Buffer.from([(xxh32(descriptor) >>> 8) & 255])
    return Buffer.concat([fromHex("04224d18"), descriptor, check, body])
  }

  function little(value: number): Buffer {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value >>> 0)
    return bytes
  }

  const match = Buffer.concat([Buffer.from([0x3e]), Buffer.from("abc"), Buffer.from([3, 0, 0])])
  const stored = Buffer.from(", stored")
  const blocks = Buffer.concat([little(match.length), match, little(stored.length | 0x8000_0000), stored])

  test("reads compressed and stored blocks with all checksums and the content size", () => {
    const sums = Buffer.concat([
      little(match.length),
      match,
      little(xxh32(match)),
      little(stored.length | 0x8000_0000),
      stored,
      little(xxh32(stored)),
    ])
    const body = Buffer.concat([sums, little(0), little(xxh32(content))])
    expect(Buffer.from(decompress("lz4", frame({ flags: 0x7c, body, size: content.length }))).toString()).toBe(content.toString())
    body[body.length - 1]! ^= 1
    expect(() => decompress("lz4", frame({ flags: 0x7c, body, size: content.length }))).toThrow("the content checksum does not fit")
  })

  test("reads frames one after the other, each to its own end mark", () => {
    const one = frame({ flags: 0x60, body: Buffer.concat([blocks, little(0)]) })
    expect(Buffer.from(decompress("lz4", Buffer.concat([one, one]))).toString()).toBe(content.toString().repeat(2))
  })

  test("a match reaches into the block before only where blocks are linked", () => {
    const reaching = Buffer.concat([Buffer.from([0x00, 8, 0]), Buffer.from([0x10, 0x21])])
    const body = Buffer.concat([blocks, little(reaching.length), reaching, little(0)])
    expect(Buffer.from(decompress("lz4", frame({ flags: 0x40, body }))).toString()).toBe(`${content.toString()}, st!`)
    expect(() => decompress("lz4", frame({ flags: 0x60, body }))).toThrow("a match points before the start")
  })

  test("refuses a content size beyond the cap without reading a block", () => {
    expect(() => decompress("lz4", frame({ flags: 0x68, body: Buffer.alloc(0), size: 1e12 }))).toThrow("exceeds 67108864 bytes")
  })

  test.each([
    [frame({ flags: 0x61, body: Buffer.alloc(0) }), "dictionaries are not supported"],
    [frame({ flags: 0x20, body: Buffer.alloc(0) }), "the frame version is not 1"],
    [frame({ flags: 0x60, body: blocks }), "the frame is cut"],
    [frame({ flags: 0x68, body: Buffer.concat([blocks, little(0)]), size: 5 }), "the content size does not fit"],
    [fromHex("04224d18604000"), "the header checksum does not fit"],
    [fromHex("04224d186030"), "the block size is not one of 4 to 7"],
    [fromHex("00224d186040"), "does not start with 04 22 4D 18"],
  ])("case %#", (bytes, message) => {
    expect(() => decompress("lz4", bytes)).toThrow(message)
  })
})

test.each([
  ["", 0x02cc_5d05],
  ["a", 0x550d_7456],
  ["Nobody inspects the spammish repetition", 0xe229_3b2f],
])("xxHash of %j", (text, expected) => {
  expect(xxh32(Buffer.from(text))).toBe(expected)
})
