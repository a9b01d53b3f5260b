// Mutated messages: a value or one DecodeError, nothing else; the same verdict as the interpreter; bounded memory.
import { isDeepStrictEqual } from "node:util"
import { describe, expect, test } from "vitest"
import { Reader } from "../bytes/reader.ts"
import { Writer } from "../bytes/writer.ts"
import { DecodeError } from "../codec-error.ts"
import { decodeRequest, decodeRequestHeader, decodeResponse } from "../header.ts"
import { type Api, isFlexible } from "../schema/api.ts"
import { decodeFields, encodeFields } from "../schema/compile.ts"
import { zeroUuid } from "../schema/fields.ts"
import type { Fields, InputOf } from "../schema/infer.ts"
import { fromHex, readLines } from "../testing/fixture.ts"
import { commitSeed, interpretDecode, interpretEncode, mutate, type Random, randomMessage, seeded } from "../testing/index.ts"
import { defaultOf } from "../testing/interpreter.ts"
import { apiByKey, apis } from "./index.ts"

const inputs = 50_000
/** Another one for each commit; every failure names it. */
const seed = commitSeed()

interface Sample {
  readonly api: Api
  readonly side: "request" | "response"
  readonly version: number
  readonly bytes: Buffer
}

function makeSamples(random: Random): Sample[] {
  return apis.flatMap((api) =>
    (["request", "response"] as const).flatMap((side) => {
      const count = api.versions[1] - api.versions[0] + 1
      return Array.from({ length: count }, (_, index) => {
        const version = api.versions[0] + index
        const value = randomMessage(api[side], version, random)
        return { api, side, version, bytes: interpretEncode(api[side], { version, flexible: isFlexible(api, version) }, value) }
      })
    }),
  )
}

/** Rough size of a decoded value in memory. Slices of the input and constants cost nothing of their own. */
function weigh(value: unknown): number {
  if (typeof value === "string") return value === zeroUuid ? 0 : value.length
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + 8 + weigh(item), 16)
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return 0
  return Object.values(value).reduce((sum: number, item) => sum + 8 + weigh(item), 16)
}

function outcome(run: () => unknown): { value?: unknown; error?: unknown } {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

function checkOne(fields: Fields, shape: { version: number; flexible: boolean }, bytes: Buffer): void {
  const compiled = outcome(() => decodeFields(fields, shape, new Reader(bytes)))
  if (compiled.error !== undefined && !(compiled.error instanceof DecodeError)) throw compiled.error
  if (compiled.error instanceof DecodeError && compiled.error.reason.includes("memory")) return
  const reference = outcome(() => interpretDecode(fields, shape, bytes).value)
  if ((compiled.error === undefined) !== (reference.error === undefined)) {
    throw new Error("compiled and interpreter disagree", { cause: compiled.error ?? reference.error })
  }
  if (compiled.error !== undefined) return
  if (!isDeepStrictEqual(compiled.value, reference.value)) throw new Error("compiled and interpreted values differ")
  if (weigh(compiled.value) > 65_536 + 8 * bytes.byteLength) throw new Error(`takes ${weigh(compiled.value)} bytes of memory`)
}

describe(`${inputs} mutated messages, seed ${seed}`, () => {
  test("decode to what the interpreter decodes, or to a DecodeError", () => {
    const random = seeded(seed)
    const samples = makeSamples(random)
    for (let index = 0; index < inputs; index += 1) {
      const { api, side, version, bytes } = samples[index % samples.length]!
      const mutant = mutate(bytes, random)
      try {
        checkOne(api[side], { version, flexible: isFlexible(api, version) }, mutant)
      } catch (error) {
        throw new Error(`seed ${seed}, input ${index}, ${api.name} ${side} ${version}: ${mutant.toString("hex")}`, { cause: error })
      }
    }
  })

  test("as whole frames of a real Kafka, fail with DecodeError only", () => {
    const random = seeded(seed + 1)
    const live = readLines<{ api?: string; version: number; request: string; response: string }>("live.jsonl").filter((line) => line.api)
    for (let index = 0; index < inputs / 5; index += 1) {
      const { api: name, version, request, response } = live[index % live.length]!
      const mutant = mutate(fromHex(index % 2 ? request : response), random)
      const { error } = outcome(() =>
        index % 2 ? readRequest(mutant) : decodeResponse(apis.find((api) => api.name === name)!, version, mutant),
      )
      if (error !== undefined && !(error instanceof DecodeError))
        throw new Error(`seed ${seed}, input ${index}: ${mutant.toString("hex")}`, { cause: error })
    }
  })
})

/** For each array of a message, a message in which that array is huge and everything else is nothing. */
function* swollen(fields: Fields, version: number): Generator<Record<string, unknown>> {
  for (const [name, { kind, element, options }] of Object.entries(fields)) {
    if (kind !== "array" || version < (options.since ?? 0) || version > (options.until ?? 32_767)) continue
    const item = element!.fields ? emptied(element!.fields, version) : defaultOf(element!)
    yield { ...emptied(fields, version), [name]: Array.from({ length: 10_000 }, () => item) }
  }
}

function encoded(fields: Fields, shape: { version: number; flexible: boolean }, value: Record<string, unknown>): Uint8Array {
  const writer = new Writer()
  encodeFields(fields, shape, { writer, value: value as InputOf<Fields> })
  const bytes = writer.finish()
  writer.release()
  return bytes
}

/** Defaults everywhere, and where null is the default an empty value if it may be: it is legal whether or not null is. */
function emptied(fields: Fields, version: number): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, field]) => {
    const { since = 0, until = 32_767 } = field.options
    const isThere = version >= since && version <= until
    return [name, isThere ? (defaultOf(field) ?? defaultOf({ ...field, options: {} })) : defaultOf(field)]
  })
  return Object.fromEntries(entries)
}

function readRequest(frame: Uint8Array): unknown {
  const header = decodeRequestHeader(frame)
  const api = apiByKey(header.apiKey)
  return api && decodeRequest(api, header.apiVersion, frame, header.bodyOffset)
}

describe("hostile lengths", () => {
  test("an array of 2^31-1 elements is refused before anything is allocated", () => {
    const metadata = apiByKey(3)!
    const frame = Buffer.from("7fffffff", "hex")
    const before = process.memoryUsage().arrayBuffers
    expect(() => decodeFields(metadata.request, { version: 1, flexible: false }, new Reader(frame))).toThrow(/2147483647 elements/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000)
  })

  test("a megabyte of empty names is refused, because its objects would take many times more", () => {
    const count = 500_000
    const frame = Buffer.alloc(4 + count * 2)
    frame.writeInt32BE(count)
    expect(() => decodeFields(apiByKey(3)!.request, { version: 1, flexible: false }, new Reader(frame))).toThrow(
      /memory than 8 times the input/,
    )
  })

  test("no array of empty elements takes more memory than 8 times its frame and 64 KiB", () => {
    let refused = 0
    for (const api of apis) {
      for (const side of ["request", "response"] as const) {
        for (const version of new Set([api.versions[0], api.flexible ?? api.versions[0], api.versions[1]])) {
          const shape = { version, flexible: isFlexible(api, version) }
          for (const value of swollen(api[side], version)) {
            const bytes = encoded(api[side], shape, value)
            const { value: decoded, error } = outcome(() => decodeFields(api[side], shape, new Reader(bytes)))
            if (error === undefined)
              expect(weigh(decoded), `${api.name} ${side} ${version}`).toBeLessThanOrEqual(65_536 + 8 * bytes.byteLength)
            else expect((error as DecodeError).reason).toContain("memory")
            refused += error === undefined ? 0 : 1
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(10)
  })

  test("ten thousand topics with names of five letters are not", () => {
    const body = Buffer.concat([
      Buffer.from("00002710", "hex"),
      ...Array.from({ length: 10_000 }, () => Buffer.concat([Buffer.from([0, 5]), Buffer.from("topic")])),
    ])
    const value = decodeFields(apiByKey(3)!.request, { version: 1, flexible: false }, new Reader(body))
    expect(value.topics).toHaveLength(10_000)
  })

  test("a tag section that claims 2^32-1 tags ends at the end of the bytes", () => {
    const frame = Buffer.from("0000ffffffff0f", "hex")
    expect(() => decodeFields(apiByKey(18)!.request, { version: 3, flexible: true }, new Reader(frame))).toThrow(DecodeError)
  })
})
