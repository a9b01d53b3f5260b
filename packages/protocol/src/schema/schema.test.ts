// Shapes that no API has yet, and the types that are inferred from definitions.
import { describe, expect, expectTypeOf, test } from "vitest"
import { Reader } from "../bytes/reader.ts"
import { Writer } from "../bytes/writer.ts"
import { type Api, defineApi, type RequestInput, type RequestOf } from "./api.ts"
import { decodeFields, encodeFields } from "./compile.ts"
import {
  array,
  bool,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  int64Big,
  records,
  string,
  struct,
  uint16,
  uuid,
  zeroUuid,
} from "./fields.ts"
import type { Fields, Infer, InferInput } from "./infer.ts"

const everything = {
  flag: bool(),
  tiny: int8(),
  port: uint16(),
  offset: int64(),
  limit: int64Big({ since: 1, default: 5n }),
  ratio: float64(),
  name: string({ nullableSince: 1 }),
  id: uuid(),
  payload: bytes({ nullableSince: 0, default: null }),
  data: records({ nullableSince: 0 }),
  names: array(string(), { nullableSince: 0 }),
  cursor: struct({ at: int32() }, { nullableSince: 0, default: null }),
  tagged: array({ key: int16(), inner: string({ tag: 0 }) }, { since: 2, tag: 3 }),
  early: int32({ since: 2, tag: 1, default: -1 }),
}

const value: InferInput<typeof everything> = {
  flag: true,
  tiny: -5,
  port: 65_535,
  offset: -9_007_199_254_740_991,
  ratio: 0.25,
  name: "é",
  id: "V7xTu_U5S5VYH4wydOmd7A",
  data: [Buffer.from("ab"), Buffer.from("cd")],
  names: ["x".repeat(200), ""],
}

function encode(fields: Fields, shape: { version: number; flexible: boolean }, given: unknown): Uint8Array {
  const writer = new Writer()
  encodeFields(fields, shape, { writer, value: given as never })
  const out = writer.finish()
  writer.release()
  return out
}

function roundTrip<F extends Fields>(fields: F, version: number, given: unknown): Infer<F> {
  const shape = { version, flexible: version >= 2 }
  return decodeFields(fields, shape, new Reader(encode(fields, shape, given)))
}

describe("every kind of field", () => {
  test.each([0, 1, 2])("round-trips at version %d", (version) => {
    const extra =
      version === 2
        ? {
            tagged: [
              { key: 1, inner: "in" },
              { key: 2, inner: "" },
            ],
            early: 7,
          }
        : { tagged: [], early: -1 }
    expect(roundTrip(everything, version, { ...value, ...extra })).toEqual({
      ...value,
      ...extra,
      limit: 5n,
      payload: null,
      data: Buffer.from("abcd"),
      cursor: null,
    })
  })

  test("a tag of more than 127, 16383 and 2097151 bytes gets a longer length", () => {
    for (const size of [127, 128, 16_400, 2_100_000]) {
      const tagged = Array.from({ length: Math.ceil(size / 100) }, (_, key) => ({ key: key % 1_000, inner: "y".repeat(100) }))
      expect(roundTrip(everything, 2, { ...value, tagged }).tagged).toEqual(tagged)
    }
  })

  test("tags are written in ascending order and only when they differ from their default", () => {
    const one = { first: int8({ tag: 5 }), second: string({ tag: 2 }), third: int8({ tag: 9, default: 4 }) }
    expect(Buffer.from(encode(one, { version: 0, flexible: true }, { first: 1, second: "s", third: 4 })).toString("hex")).toBe(
      "02" + "02020273" + "050101",
    )
    expect(Buffer.from(encode(one, { version: 0, flexible: true }, {})).toString("hex")).toBe("00")
  })

  test("a tag that the version does not have yet is dropped", () => {
    const later = { first: int8({ tag: 0, since: 3, ignorable: true }) }
    expect(decodeFields(later, { version: 2, flexible: true }, new Reader(Buffer.from("01000107", "hex")))).toEqual({ first: 0 })
  })
})

describe("64 bits", () => {
  const long = { at: int64() }
  const inBytes = (hex: string) => decodeFields(long, { version: 0, flexible: false }, new Reader(Buffer.from(hex, "hex"))).at

  test.each([0, -1, 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1])("%d is exact", (at) => {
    expect(roundTrip(long, 0, { at })).toEqual({ at })
  })

  test("a value beyond 2^53 arrives rounded and large, so that a range check refuses it", () => {
    expect(inBytes("7fffffffffffffff")).toBe(2 ** 63)
    expect(Number.isSafeInteger(inBytes("0020000000000001"))).toBe(false)
  })

  test("the largest value goes back as it came", () => {
    expect(Buffer.from(encode(long, { version: 0, flexible: false }, { at: 2 ** 63 })).toString("hex")).toBe("7fffffffffffffff")
  })

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 64, "1", null, undefined])("%s is refused", (at) => {
    expect(() => encode(long, { version: 0, flexible: false }, { at })).toThrow("/at: expects an integer of 64 bits")
  })
})

describe("refusals", () => {
  test("a bigint where a number belongs", () => {
    expect(() => encode({ at: int64() }, { version: 0, flexible: false }, { at: 1n })).toThrow(/^\/at: TypeError: Cannot mix BigInt/)
  })

  const shape = { version: 2, flexible: true }

  test.each([
    ["flag", "yes", "/flag: expects a boolean, not string"],
    ["tiny", 128, "/tiny: expects an integer of 8 bits, not 128"],
    ["port", -1, "/port: expects an unsigned integer of 16 bits, not -1"],
    ["limit", 5, "/limit: expects a bigint of 64 bits, not 5"],
    ["id", "short", "/id: expects a UUID of 22 base64url characters, not string"],
    ["id", "!!!!!!!!!!!!!!!!!!!!!!", "/id: expects a UUID of 22 base64url characters, not string"],
    ["payload", "text", "/payload: expects bytes, not string"],
    ["data", ["text"], "/data: expects bytes or a list of bytes, not an array"],
    ["names", { length: 1 }, "/names: expects an array, not object"],
    ["names", [null], "/names/0: expects a string, not null"],
    ["cursor", 3, "/cursor: expects an object, not 3"],
    ["tagged", [{ key: 70_000 }], "/tagged/0/key: expects an integer of 16 bits, not 70000"],
  ])("%s = %j", (field, wrong, message) => {
    expect(() => encode(everything, shape, { ...value, [field]: wrong })).toThrow(message)
  })

  test("a name that could not be an identifier never reaches the compiler", () => {
    expect(() => struct({ "a); evil(": int8() })).toThrow(TypeError)
    expect(() => defineApi({ key: 1, name: "X", versions: [0, 0], request: { "1": int8() }, response: {}, errors: [] })).toThrow(TypeError)
  })

  test("a varint of six bytes, or of more than 32 bits", () => {
    for (const hex of ["8080808080", "ffffffff1f"]) {
      expect(() => decodeFields({ name: string() }, shape, new Reader(Buffer.from(`${hex}00`, "hex")))).toThrow(
        "varint is longer than 32 bits",
      )
    }
  })
})

describe("types", () => {
  const api = defineApi({
    key: 1,
    name: "Example",
    versions: [0, 3],
    request: {
      required: string(),
      nullable: string({ nullableSince: 2 }),
      later: int32({ since: 2 }),
      optional: int32({ default: 4 }),
      gone: bool({ until: 1 }),
      items: array({ id: uuid(), data: records() }),
    },
    response: {},
    errors: [],
  })
  type Request = RequestOf<typeof api>
  type Input = RequestInput<typeof api>

  test("of decoded messages have every field", () => {
    expectTypeOf<Request["nullable"]>().toEqualTypeOf<string | null>()
    expectTypeOf<Request["items"]>().toEqualTypeOf<{ id: string; data: Uint8Array }[]>()
    expectTypeOf<Request["gone"]>().toEqualTypeOf<boolean>()
  })

  test("of values to encode allow fields with defaults to be left out", () => {
    expectTypeOf<{ required: string; nullable: null; later: 1; items: [] }>().toExtend<Input>()
    expectTypeOf<{ required: string; nullable: null; items: [] }>().not.toExtend<Input>()
    expectTypeOf<Input["items"][number]["data"]>().toEqualTypeOf<Uint8Array | readonly Uint8Array[]>()
    expectTypeOf<Request>().toExtend<Input>()
    expectTypeOf<typeof api>().toExtend<Api>()
  })

  test("the zero id is what an absent one reads as", () => {
    expect(roundTrip({ id: uuid({ since: 5, ignorable: true }) }, 0, {})).toEqual({ id: zeroUuid })
  })
})
