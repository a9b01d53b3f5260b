// Little bytes that unpack to many: refused at the cap, in time and memory of the cap and not of the bomb.
import { describe, expect, test } from "vitest"
import { commitSeed, count, seeded } from "../../testing/index.ts"
import { type Codec, codecs } from "../batch.ts"
import { decodeBatch } from "../decode-batch.ts"
import { encodeBatch } from "../encode-batch.ts"
import { CompressionError } from "./bounds.ts"
import { compress, decompress } from "./index.ts"

const packed = codecs.filter((codec) => codec !== "none")
const kibibyte = 1_024
const mebibyte = 1_048_576
const largest = count({ ci: 64 * mebibyte, campaign: 256 * mebibyte })
const sizes = [kibibyte, 64 * kibibyte, mebibyte, 8 * mebibyte, largest]
const tooLarge = expect.objectContaining({ name: "CompressionError", kind: "tooLarge" })

/** CPU time, which other processes on the machine do not add to. */
function cpuMsOf(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

describe.each(packed)("a bomb of %s", (codec) => {
  test.each(sizes)("of %d bytes is refused at a cap below its size, within a second and with no more than cap and 64 MiB", (size) => {
    const bomb = compress(codec, Buffer.alloc(size))
    for (const maxOutputBytes of [1, size - 1]) {
      const before = process.memoryUsage().arrayBuffers
      const cpuMs = cpuMsOf(() => expect(() => decompress(codec, bomb, { maxOutputBytes })).toThrow(tooLarge))
      expect(cpuMs, `cap ${maxOutputBytes}`).toBeLessThan(1_000)
      expect(process.memoryUsage().arrayBuffers - before, `cap ${maxOutputBytes}`).toBeLessThan(maxOutputBytes + 64 * mebibyte)
    }
  })

  test("inside of another bomb stays packed: one layer is taken off, and that is capped", () => {
    const nested = compress(codec, compress(codec, Buffer.alloc(8 * mebibyte)))
    expect(decompress(codec, nested, { maxOutputBytes: mebibyte }).byteLength).toBeLessThanOrEqual(mebibyte)
    const inner = decompress(codec, nested)
    expect(() => decompress(codec, inner, { maxOutputBytes: mebibyte })).toThrow(tooLarge)
  })

  test("several after each other share one cap, or only the first counts", () => {
    const one = compress(codec, Buffer.alloc(mebibyte))
    const many = Buffer.concat(Array.from({ length: 64 }, () => one))
    const outcome = sizeOrKind(codec, many, 4 * mebibyte)
    expect(["tooLarge", "corrupt", mebibyte]).toContain(outcome)
  })

  test("is refused as a batch too, by name", () => {
    const batch = encodeBatch({ codec, records: [{ timestamp: 1, key: null, value: Buffer.alloc(8 * mebibyte) }] })
    expect(() => decodeBatch(batch, { maxOutputBytes: mebibyte })).toThrow(tooLarge)
  })

  test("with a size that lies in its first bytes is refused or capped", () => {
    const bomb = Buffer.from(compress(codec, Buffer.alloc(mebibyte)))
    const random = seeded(commitSeed())
    for (let at = 0; at < 16; at += 1) {
      for (const byte of [0, 1, 0x7f, 0x80, 0xff, Math.floor(random() * 256)]) {
        const lying = Buffer.from(bomb)
        lying[at] = byte
        const outcome = sizeOrKind(codec, lying, mebibyte - 1)
        if (typeof outcome === "number") expect(outcome).toBeLessThan(mebibyte)
      }
    }
  })
})

function sizeOrKind(codec: Codec, bytes: Uint8Array, maxOutputBytes: number): number | string {
  try {
    return decompress(codec, bytes, { maxOutputBytes }).byteLength
  } catch (error) {
    if (error instanceof CompressionError) return error.kind
    throw error
  }
}
