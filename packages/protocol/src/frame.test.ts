import { expect, test } from "vitest"
import type { DecodeError } from "./codec-error.ts"
import { FrameReader } from "./frame.ts"
import { below, randomBytes, seeded } from "./testing/index.ts"

function framed(payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + payload.byteLength)
  frame.writeInt32BE(payload.byteLength)
  frame.set(payload, 4)
  return frame
}

function lengthOnly(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(length)
  return bytes
}

test("frames inside one chunk are slices of it", () => {
  const chunk = Buffer.concat([framed(Buffer.from("one")), framed(Buffer.from("two"))])
  const frames = new FrameReader({ maxFrameBytes: 100 }).push(chunk)
  expect(frames.map(String)).toEqual(["one", "two"])
  expect(frames.every((frame) => frame.buffer === chunk.buffer)).toBe(true)
})

test("an empty frame is a frame", () => {
  const reader = new FrameReader({ maxFrameBytes: 100 })
  expect(reader.push(framed(Buffer.alloc(0)))).toHaveLength(1)
  expect(reader.push(lengthOnly(0).subarray(0, 3))).toHaveLength(0)
  expect(reader.push(lengthOnly(0).subarray(3))).toHaveLength(1)
})

test.each([1, 2, 3, 7, 64, 5_000])("any stream cut into chunks of up to %d bytes gives the same frames", (limit) => {
  const random = seeded(limit)
  const payloads = Array.from({ length: 60 }, () => randomBytes(random, below(random, 3_000)))
  const stream = Buffer.concat(payloads.map(framed))
  const reader = new FrameReader({ maxFrameBytes: 3_000 })
  const frames: Uint8Array[] = []
  for (let at = 0; at < stream.byteLength; ) {
    const size = 1 + below(random, limit)
    frames.push(...reader.push(Buffer.from(stream.subarray(at, at + size))))
    at += size
  }
  expect(frames.map((frame) => Buffer.from(frame).toString("hex"))).toEqual(payloads.map((payload) => payload.toString("hex")))
  expect(reader.announcedBytes).toBe(0)
  expect(reader.heldBytes).toBe(0)
})

test("an announced length alone costs at most 64 KiB", () => {
  const reader = new FrameReader({ maxFrameBytes: 100_000_000 })
  reader.push(lengthOnly(100_000_000))
  expect(reader.announcedBytes).toBe(100_000_000)
  expect(reader.heldBytes).toBe(0)
  reader.push(Buffer.alloc(10))
  expect(reader.heldBytes).toBe(65_536)
})

test("memory for a large frame grows with the bytes that arrive and ends exact", () => {
  const payload = randomBytes(seeded(1), 1_000_000)
  const stream = framed(payload)
  const reader = new FrameReader({ maxFrameBytes: 1_000_000 })
  for (let at = 0; at < stream.byteLength; at += 10_000) {
    const [frame] = reader.push(stream.subarray(at, at + 10_000))
    expect(reader.heldBytes).toBeLessThanOrEqual(Math.max(65_536, 2 * (at + 10_000)))
    if (!frame) continue
    expect(frame.byteLength).toBe(1_000_000)
    expect(Buffer.from(frame).equals(payload)).toBe(true)
    expect(frame.buffer.byteLength).toBe(1_000_000)
  }
})

test.each([-1, -2_147_483_648, 101])("a length of %d is refused with its position", (length) => {
  const reader = new FrameReader({ maxFrameBytes: 100 })
  expect(() => reader.push(Buffer.concat([framed(Buffer.from("fine")), lengthOnly(length)]))).toThrow(
    expect.objectContaining({ name: "DecodeError", offset: 8, reason: `frame length ${length} is not within 0 and 100` }) as DecodeError,
  )
})

test("the limit can be raised after authentication", () => {
  const reader = new FrameReader({ maxFrameBytes: 10 })
  reader.maxFrameBytes = 100
  expect(reader.push(framed(Buffer.alloc(50)))).toHaveLength(1)
})
