import { describe, expect, it } from "vitest"
import { decode } from "./decode.ts"
import { formatJson } from "./format-json.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

describe("payloads", () => {
  it.each([
    ["json", bytes('{"a":1}'), '{\n  "a": 1\n}'],
    ["text", bytes("hello"), "hello"],
    ["text", bytes("{not json"), "{not json"],
    ["text", bytes("7"), "7"],
    ["integer", new Uint8Array([0, 0, 0, 7]), "7"],
    ["integer", new Uint8Array([0x7f, 255, 255, 255, 255, 255, 255, 255]), "9223372036854775807"],
    ["uuid", Buffer.from("0189f7ea1f7c7d2a9c3e5b2f6a8d4c10", "hex"), "0189f7ea-1f7c-7d2a-9c3e-5b2f6a8d4c10"],
    ["hex", new Uint8Array([0, 1, 2]), "00 01 02"],
    ["empty", new Uint8Array(), ""],
  ])("are taken for %s", (format, value, text) => {
    expect(decode(value as Uint8Array, 100)).toMatchObject({ format, text, isTruncated: false })
  })

  it("are cut at the asked size, never in the middle of a character", () => {
    expect(decode(bytes("ääää"), 5)).toEqual({ format: "text", text: "ää", sizeBytes: 8, isTruncated: true })
    expect(decode(bytes(`{"a":"${"x".repeat(100)}"}`), 10)).toMatchObject({ format: "json", text: '{"a":"xxxx', isTruncated: true })
    expect(decode(new Uint8Array(100), 2)).toMatchObject({ format: "hex", text: "00 00", isTruncated: true })
  })

  it("survive a deep or wide JSON", () => {
    const deep = `${"[".repeat(200)}${"]".repeat(200)}`
    expect(formatJson(deep)).toBe(deep)
    expect(formatJson('{"a":{},"b":[],"a":"x\\"y,:"}')).toBe('{\n  "a": {},\n  "b": [],\n  "a": "x\\"y,:"\n}')
    expect(formatJson("{")).toBeUndefined()
  })
})
