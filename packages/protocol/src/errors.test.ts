import { expect, test } from "vitest"
import { type ErrorName, errorCode, errorName, errors, hasFlag, isKnownErrorCode } from "./errors.ts"
import { readLines } from "./testing/fixture.ts"

interface KafkaLine {
  error?: string
  code: number
  retriable: boolean
  staleMetadata: boolean
}

const kafka = readLines<KafkaLine>("serialized.jsonl").filter((line) => line.error !== undefined)

test("the table holds every error of Kafka with its code and kind, and no other", () => {
  const ours = Object.values(errors).map(({ name, code, retriable, flags }) => ({
    error: name,
    code,
    retriable,
    staleMetadata: flags.has("staleMetadata"),
  }))
  const byCode = (a: { code: number }, b: { code: number }) => a.code - b.code
  expect(ours.toSorted(byCode)).toEqual(kafka.toSorted(byCode))
})

test("names and codes lead to each other", () => {
  for (const name of Object.keys(errors) as ErrorName[]) expect(errorName(errorCode(name))).toBe(name)
})

test("a code of a newer broker reads as an unknown server error", () => {
  expect(errorName(9_999)).toBe("UNKNOWN_SERVER_ERROR")
  expect(isKnownErrorCode(9_999)).toBe(false)
  expect(isKnownErrorCode(0)).toBe(true)
})

test("a lost coordinator is always worth a retry, a fatal error never", () => {
  for (const { name, retriable, flags } of Object.values(errors)) {
    if (hasFlag(name, "lostCoordinator")) expect(retriable, name).toBe(true)
    if (flags.has("fatal")) expect(retriable, name).toBe(false)
    expect(flags.has("fatal") && flags.has("abortable"), name).toBe(false)
  }
})
