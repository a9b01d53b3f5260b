import { expect, test } from "vitest"
import { decodeRecord, encodeRecord } from "./index.ts"
import { ConsumerProtocolSubscription, GroupMetadataKey, OffsetCommitKey, OffsetCommitValue } from "./messages/internal/index.ts"

const subscription = {
  topics: ["a", "b"],
  userData: null,
  ownedPartitions: [{ topic: "a", partitions: [1] }],
  generationId: 4,
  rackId: "r",
}

test("a stored message starts with its version", () => {
  const bytes = encodeRecord(OffsetCommitKey, 1, { group: "g", topic: "t", partition: 3 })
  expect(Buffer.from(bytes).toString("hex")).toBe("0001" + "000167" + "000174" + "00000003")
  expect(decodeRecord(OffsetCommitKey, bytes)).toEqual({ version: 1, value: { group: "g", topic: "t", partition: 3 } })
})

test("what an older version lacks reads as its default", () => {
  const bytes = encodeRecord(ConsumerProtocolSubscription, 0, subscription)
  const { value } = decodeRecord(ConsumerProtocolSubscription, bytes)
  expect(value).toEqual({ ...subscription, ownedPartitions: [], generationId: -1, rackId: null })
})

test("a newer consumer protocol is read as the last known one", () => {
  const bytes = Buffer.concat([encodeRecord(ConsumerProtocolSubscription, 3, subscription), Buffer.from("appended")])
  bytes.writeInt16BE(9)
  expect(decodeRecord(ConsumerProtocolSubscription, bytes)).toEqual({ version: 9, value: subscription })
})

test("a newer record of the log is refused, because its format may be another", () => {
  expect(() => decodeRecord(OffsetCommitValue, Buffer.from("0005", "hex"))).toThrow("OffsetCommitValue has version 5, 0 to 4 are known")
  expect(() => decodeRecord(GroupMetadataKey, Buffer.from("0001", "hex"))).toThrow("GroupMetadataKey has version 1, 2 to 2 are known")
})

test("a version that the format does not have cannot be written", () => {
  expect(() => encodeRecord(GroupMetadataKey, 1, { group: "g" })).toThrow("GroupMetadataKey has no version 1")
})
