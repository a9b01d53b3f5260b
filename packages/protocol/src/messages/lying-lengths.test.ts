// Every length and every number of tags in every message lies: each lie is refused where it stands, before anything is allocated for it.
import { describe, expect, test } from "vitest"
import { Reader } from "../bytes/reader.ts"
import { DecodeError } from "../codec-error.ts"
import { isFlexible } from "../schema/api.ts"
import { decodeFields } from "../schema/compile.ts"
import type { Fields } from "../schema/infer.ts"
import { interpretEncode, type LengthMark, lengthMarks, randomMessage } from "../testing/index.ts"
import { apis } from "./index.ts"

/** Nothing is null and every array has two elements. */
const full = () => 0.6

const mebibyte = 1_048_576

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function uvarint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  return Buffer.from([...out, rest])
}

/** What may stand in the place of a length when `left` bytes follow it. Compact lengths are one more than what they say. */
function lies({ kind }: LengthMark, left: number): Buffer[] {
  if (kind === "int16") return [int16(Math.min(left + 1, 32_767)), int16(32_767), int16(-2), int16(-32_768)]
  if (kind === "int32") return [int32(left + 1), int32(2 ** 31 - 1), int32(-2), int32(-(2 ** 31))]
  const overflow = [Buffer.from("ffffffff1f", "hex"), Buffer.from("ffffffffffff01", "hex"), Buffer.alloc(12, 255)]
  return [uvarint(left + 2), uvarint(2 ** 31), uvarint(2 ** 32 - 1), uvarint(2 ** 32 - 2), ...overflow]
}

function* liesOf(fields: Fields, shape: { version: number; flexible: boolean }): Generator<Buffer> {
  const bytes = interpretEncode(fields, shape, randomMessage(fields, shape.version, full))
  for (const mark of lengthMarks(fields, shape, bytes)) {
    const end = mark.at + mark.size
    for (const lie of lies(mark, bytes.length - end)) yield Buffer.concat([bytes.subarray(0, mark.at), lie, bytes.subarray(end)])
  }
}

/** The error, and how much the heap grew until it was thrown. */
function refusalOf(fields: Fields, shape: { version: number; flexible: boolean }, bytes: Buffer): { error: unknown; grown: number } {
  const before = process.memoryUsage()
  let error: unknown
  try {
    decodeFields(fields, shape, new Reader(bytes))
  } catch (thrown) {
    error = thrown
  }
  const after = process.memoryUsage()
  return { error, grown: Math.max(after.heapUsed - before.heapUsed, after.arrayBuffers - before.arrayBuffers) }
}

describe("a message whose length, count or tag lies", () => {
  test.each(["request", "response"] as const)("is refused in every %s, at every place, with less than a mebibyte allocated", (side) => {
    let tried = 0
    for (const api of apis) {
      for (const version of new Set([api.versions[0], api.flexible ?? api.versions[0], api.versions[1]])) {
        const shape = { version, flexible: isFlexible(api, version) }
        for (const bytes of liesOf(api[side], shape)) {
          const { error, grown } = refusalOf(api[side], shape, bytes)
          if (!(error instanceof DecodeError) || grown > mebibyte) {
            const what = `${api.name} ${side} ${version}, ${grown} bytes: ${bytes.toString("hex")}`
            throw new Error(what, { cause: error ?? "it was read" })
          }
          tried += 1
        }
      }
    }
    expect(tried).toBeGreaterThan(2_000)
  })
})
