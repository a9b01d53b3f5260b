// Random messages of every definition at every version: the compiled codec against the reference interpreter.
import { describe, expect, test } from "vitest"
import { Reader } from "../bytes/reader.ts"
import { Writer } from "../bytes/writer.ts"
import { DecodeError } from "../codec-error.ts"
import { isFlexible } from "../schema/api.ts"
import { decodeFields, encodeFields } from "../schema/compile.ts"
import type { Fields, InputOf } from "../schema/infer.ts"
import { interpretDecode, interpretEncode, randomMessage, seeded, type Version } from "../testing/index.ts"
import { apis } from "./index.ts"
import * as internal from "./internal/index.ts"

const samplesPerVersion = 12

interface Definition {
  readonly name: string
  readonly fields: Fields
  readonly versions: readonly [number, number]
  readonly isFlexibleAt: (version: number) => boolean
}

const definitions: Definition[] = [
  ...apis.flatMap((api) =>
    (["request", "response"] as const).map((side) => ({
      name: `${api.name} ${side}`,
      fields: api[side],
      versions: api.versions,
      isFlexibleAt: (version: number) => isFlexible(api, version),
    })),
  ),
  ...Object.values(internal).map((format) => ({
    name: format.name,
    fields: format.fields as Fields,
    versions: format.versions,
    isFlexibleAt: (version: number) => format.flexible !== undefined && version >= format.flexible,
  })),
]

function encode(fields: Fields, shape: Version, value: InputOf<Fields>): Buffer {
  const writer = new Writer()
  encodeFields(fields, shape, { writer, value })
  const bytes = Buffer.from(writer.finish())
  writer.release()
  return bytes
}

function decode(fields: Fields, shape: Version, bytes: Uint8Array): { value: unknown; rest: number } {
  const reader = new Reader(bytes)
  return { value: decodeFields(fields, shape, reader), rest: reader.end - reader.at }
}

function eachVersion({ versions, isFlexibleAt }: Definition, run: (shape: Version) => void): void {
  for (let version = versions[0]; version <= versions[1]; version += 1) run({ version, flexible: isFlexibleAt(version) })
}

describe.each(definitions.map((definition) => [definition.name, definition] as const))("%s", (_name, definition) => {
  const { fields } = definition

  test("encodes and decodes as the interpreter does", () => {
    eachVersion(definition, (shape) => {
      for (let seed = 0; seed < samplesPerVersion; seed += 1) {
        const value = randomMessage(fields, shape.version, seeded(shape.version * 1_000 + seed)) as InputOf<Fields>
        const context = `version ${shape.version}, seed ${seed}`
        const bytes = encode(fields, shape, value)
        expect(bytes.toString("hex"), context).toBe(interpretEncode(fields, shape, value).toString("hex"))
        const decoded = decode(fields, shape, bytes)
        expect(decoded, context).toEqual(interpretDecode(fields, shape, bytes))
        expect(decoded.rest, context).toBe(0)
        expect(encode(fields, shape, decoded.value as InputOf<Fields>).equals(bytes), context).toBe(true)
      }
    })
  })

  test("refuses every message that is cut, with a path and an offset", () => {
    eachVersion(definition, (shape) => {
      const bytes = encode(fields, shape, randomMessage(fields, shape.version, seeded(shape.version)) as InputOf<Fields>)
      for (let size = 0; size < bytes.byteLength; size += Math.max(1, bytes.byteLength >> 4)) {
        const error = failureOf(() => decode(fields, shape, bytes.subarray(0, size)))
        expect(error, `version ${shape.version}, ${size} of ${bytes.byteLength} bytes`).toBeInstanceOf(DecodeError)
        expect((error as DecodeError).offset).toBeLessThanOrEqual(size)
      }
    })
  })
})

function failureOf(run: () => unknown): unknown {
  try {
    return void run()
  } catch (error) {
    return error
  }
}
