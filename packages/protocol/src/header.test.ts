import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "./codec-error.ts"
import { decodeRequest, decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse, encodeResponseParts } from "./header.ts"
import { ApiVersions, Fetch, Heartbeat, Metadata, Produce } from "./messages/index.ts"
import { zeroUuid } from "./schema/fields.ts"

const heartbeat = { groupId: "g", generationId: 3, memberId: "m" }
const meta = { correlationId: 7, clientId: "c" }

function thrownBy(run: () => unknown): unknown {
  try {
    return void run()
  } catch (error) {
    return error
  }
}

describe("requests", () => {
  test("carry header 1 before the first flexible version and header 2 from there on", () => {
    expect(Buffer.from(encodeRequest(Heartbeat, 3, meta, heartbeat)).toString("hex")).toBe(
      "00000017" + "000c" + "0003" + "00000007" + "000163" + "000167" + "00000003" + "00016d" + "ffff",
    )
    expect(Buffer.from(encodeRequest(Heartbeat, 4, meta, heartbeat)).toString("hex")).toBe(
      "00000016" + "000c" + "0004" + "00000007" + "000163" + "00" + "0267" + "00000003" + "026d" + "00" + "00",
    )
  })

  test("tags in the header are skipped", () => {
    const frame = Buffer.from(
      "000c" + "0004" + "00000007" + "ffff" + "02" + "0001aa" + "0502bbcc" + "0267" + "00000003" + "026d" + "00" + "00",
      "hex",
    )
    const header = decodeRequestHeader(frame)
    expect(header).toEqual({ apiKey: 12, apiVersion: 4, correlationId: 7, clientId: null, bodyOffset: 18 })
    expect(decodeRequest(Heartbeat, 4, frame, header.bodyOffset)).toEqual({ ...heartbeat, groupInstanceId: null })
  })

  test("unknown tags in the body are skipped", () => {
    const plain = Buffer.from(encodeRequest(Fetch, 12, meta, { ...fetchRequest, clusterId: "me" }).subarray(4))
    const { bodyOffset } = decodeRequestHeader(plain)
    const tags = Buffer.from("0100" + "03036d65", "hex")
    expect(plain.subarray(-tags.length)).toEqual(tags)
    const more = Buffer.concat([plain.subarray(0, -tags.length), Buffer.from("0300" + "03036d65" + "0702aabb" + "0900", "hex")])
    expect(decodeRequest(Fetch, 12, more, bodyOffset).clusterId).toBe("me")
  })

  test("a tag that is longer than its field is refused, naming the field", () => {
    const plain = Buffer.from(encodeRequest(Fetch, 12, meta, { ...fetchRequest, clusterId: "me" }).subarray(4))
    const longer = Buffer.concat([plain.subarray(0, -4), Buffer.from("04036d65ff", "hex")])
    expect(thrownBy(() => decodeRequest(Fetch, 12, longer, decodeRequestHeader(plain).bodyOffset))).toMatchObject({
      path: "/clusterId",
      reason: "tag has 1 bytes too many",
    })
  })

  test("headers of unknown keys and versions are read, so that they can be refused by name", () => {
    const frame = Buffer.from("03e7" + "0063" + "00000001" + "ffff", "hex")
    expect(decodeRequestHeader(frame)).toMatchObject({ apiKey: 999, apiVersion: 99, bodyOffset: 10 })
    expect(thrownBy(() => decodeRequest(Heartbeat, 99, frame, 10))).toBeInstanceOf(DecodeError)
  })

  test("bytes behind the last field are ignored, as Kafka does", () => {
    const frame = Buffer.concat([encodeRequest(Heartbeat, 0, meta, heartbeat).subarray(4), Buffer.from("extra")])
    expect(decodeRequest(Heartbeat, 0, frame, decodeRequestHeader(frame).bodyOffset)).toMatchObject(heartbeat)
  })

  test("a version that the API does not have cannot be encoded", () => {
    expect(() => encodeRequest(Heartbeat, 5, meta, heartbeat)).toThrow("Heartbeat has no version 5")
    expect(() => encodeResponse(Produce, 2, 1, { responses: [] })).toThrow(EncodeError)
  })
})

const fetchRequest = { maxWaitMs: 1, minBytes: 1, topics: [], forgottenTopicsData: [] }

describe("responses", () => {
  test("of ApiVersions have header 0 at every version", () => {
    const apiKeys = [{ apiKey: 18, minVersion: 0, maxVersion: 4 }]
    const frame = encodeResponse(ApiVersions, 3, 5, { errorCode: 0, apiKeys })
    expect(Buffer.from(frame).toString("hex")).toBe(
      "00000013" + "00000005" + "0000" + "02" + "0012" + "0000" + "0004" + "00" + "00000000" + "00",
    )
    expect(decodeResponse(ApiVersions, 3, frame.subarray(4))).toMatchObject({ correlationId: 5, body: { apiKeys } })
  })

  test("carry header 1 with tags where the API is flexible", () => {
    const frame = encodeResponse(Heartbeat, 4, 5, { errorCode: 27 })
    expect(Buffer.from(frame).toString("hex")).toBe("0000000c" + "00000005" + "00" + "00000000" + "001b" + "00")
    expect(decodeResponse(Heartbeat, 4, frame.subarray(4)).body).toEqual({ throttleTimeMs: 0, errorCode: 27 })
  })

  test("in parts are the same bytes, and large record slices are not copied", () => {
    const [large, small] = [Buffer.alloc(5_000, 1), Buffer.alloc(10, 2)]
    for (let version = Fetch.versions[0]; version <= Fetch.versions[1]; version += 1) {
      const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 9, abortedTransactions: null, records: [large, small, large] }
      const body = { responses: [{ topic: "t", topicId: zeroUuid, partitions: [partition, partition] }] }
      const parts = encodeResponseParts(Fetch, version, 3, body)
      expect(Buffer.concat(parts).equals(encodeResponse(Fetch, version, 3, body)), `version ${version}`).toBe(true)
      expect(parts.filter((part) => part === large)).toHaveLength(4)
    }
  })

  test("without records are one part", () => {
    expect(encodeResponseParts(Heartbeat, 0, 1, { errorCode: 0 })).toHaveLength(1)
  })
})

describe("values that a version cannot hold", () => {
  test("are refused where dropping them would change the meaning", () => {
    const request = {
      ...fetchRequest,
      topics: [
        { topic: "t", topicId: zeroUuid, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1, lastFetchedEpoch: 3 }] },
      ],
    }
    expect(() => encodeRequest(Fetch, 11, meta, request)).toThrow(
      "/topics/0/partitions/0/lastFetchedEpoch: version 11 has no such field, and its value is not the default",
    )
    expect(() => encodeRequest(Fetch, 12, meta, request)).not.toThrow()
  })

  test("are dropped where the field says that it may be", () => {
    const request = { ...fetchRequest, rackId: "r", topics: [] }
    expect(() => encodeRequest(Fetch, 4, meta, request)).not.toThrow()
  })

  test("null is refused before the first nullable version, with the path", () => {
    expect(() => encodeRequest(Metadata, 0, meta, { topics: null, includeTopicAuthorizedOperations: false })).toThrow(
      "/topics: expects an array, not null",
    )
  })

  test.each([0, 4])("a string beyond 32767 bytes is refused in version %d, as Kafka does", (version) => {
    const long = { ...heartbeat, groupId: "x".repeat(32_768) }
    expect(() => encodeRequest(Heartbeat, version, meta, long)).toThrow("/groupId: string of 32768 bytes, at most 32767 are possible")
    expect(() => encodeRequest(Heartbeat, version, meta, { ...heartbeat, groupId: "é".repeat(16_383) })).not.toThrow()
  })

  test.each([
    ["groupId", 5, "/groupId: expects a string, not 5"],
    ["generationId", 2 ** 31, "/generationId: expects an integer of 32 bits, not 2147483648"],
    ["generationId", 1.5, "/generationId: expects an integer of 32 bits, not 1.5"],
    ["generationId", "1", "/generationId: expects an integer of 32 bits, not string"],
    ["memberId", undefined, "/memberId: expects a string, not undefined"],
  ])("%s = %s is refused", (field, value, message) => {
    expect(() => encodeRequest(Heartbeat, 0, meta, { ...heartbeat, [field]: value })).toThrow(message)
  })
})

describe("decode errors", () => {
  test("name field, index and byte", () => {
    const topics = [{ name: "a" }, { name: "b" }]
    const frame = encodeRequest(Metadata, 1, meta, { topics, includeTopicAuthorizedOperations: false }).subarray(4)
    const cut = frame.subarray(0, frame.byteLength - 1)
    const error = thrownBy(() => decodeRequest(Metadata, 1, cut, decodeRequestHeader(cut).bodyOffset))
    expect(error).toMatchObject({ path: "/topics/1/name", offset: 20, reason: "needs 1 bytes, 0 are left" })
    expect(String(error)).toBe("DecodeError: /topics/1/name at byte 20: needs 1 bytes, 0 are left")
  })

  test("a null array before null is legal names the field", () => {
    const frame = Buffer.from("ffffffff", "hex")
    expect(thrownBy(() => decodeRequest(Metadata, 0, frame, 0))).toMatchObject({
      path: "/topics",
      reason: "null where an array is required",
    })
  })
})
