import { expect, test } from "vitest"
import { durationMs } from "./duration.ts"
import { nearest } from "./nearest.ts"
import { compareQuantities, isQuantity, quantityBytes } from "./quantity.ts"

test("compares quantities exactly across suffixes", () => {
  expect(compareQuantities("1.5Gi", "1536Mi")).toBe(0)
  expect(compareQuantities("1G", "1Gi")).toBe(-1)
  expect(compareQuantities("1000m", "1")).toBe(0)
  expect(compareQuantities("2E", "1999P")).toBe(1)
  expect(compareQuantities("nonsense", "1")).toBeUndefined()
})

test("rounds a quantity up to whole bytes", () => {
  expect(quantityBytes("10Gi")).toBe(10_737_418_240)
  expect(quantityBytes("0.5")).toBe(1)
  expect(quantityBytes("-1")).toBeUndefined()
  expect(isQuantity("10GB")).toBe(false)
})

test("adds up the parts of a duration", () => {
  expect(durationMs("1h30m")).toBe(5_400_000)
  expect(durationMs("1m500ms")).toBe(60_500)
  expect(durationMs("0m")).toBe(0)
})

test("finds a name that is close enough to be meant, and none otherwise", () => {
  expect(nearest("retentonMs", ["retentionMs", "segmentBytes"])).toBe("retentionMs")
  expect(nearest("zzz", ["retentionMs"])).toBeUndefined()
})
