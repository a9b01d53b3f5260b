// Kafka's own bytes: what its generated classes write, and what a running broker accepted and answered.
import { describe, expect, test } from "vitest"
import { Reader } from "../bytes/reader.ts"
import { Writer } from "../bytes/writer.ts"
import { decodeRecord, decodeRequest, decodeRequestHeader, decodeResponse, encodeRecord, encodeRequest, encodeResponse } from "../index.ts"
import { type Api, isFlexible } from "../schema/api.ts"
import { decodeFields, encodeFields } from "../schema/compile.ts"
import type { Field, Fields } from "../schema/infer.ts"
import { fromHex, readLines } from "../testing/fixture.ts"
import { defaultOf } from "../testing/interpreter.ts"
import { ApiVersions, apis } from "./index.ts"
import * as internal from "./internal/index.ts"

interface Serialized {
  api: string
  side: "request" | "response"
  version: number
  hex: string
  json: Record<string, unknown>
  batch?: string
}

interface Exchange {
  api?: string
  version: number
  request: string
  response: string
}

interface StoredRecord {
  key?: string
  value: string
}

const serialized = [...readLines<Serialized>("serialized-3.9.jsonl"), ...readLines<Serialized>("serialized.jsonl")].filter(
  (line) => line.hex !== undefined && line.batch === undefined,
)
const live = readLines<Exchange>("live.jsonl").filter((line) => line.api !== undefined)
const stored = readLines<StoredRecord>("live.jsonl").filter((line) => line.key !== undefined) as Required<StoredRecord>[]

/** Our value in the shape of Kafka's JSON: only what the version has, bytes in base64, default tags left out. */
function asKafkaJson(fields: Fields, value: Record<string, unknown>, version: number): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const { since = 0, until = 32_767, tag } = field.options
    if (version < since || version > until) continue
    const json = valueAsJson(field, value[name], version)
    if (tag === undefined || JSON.stringify(json) !== JSON.stringify(valueAsJson(field, defaultOf(field), version))) out[name] = json
  }
  return out
}

function valueAsJson(field: Field, value: unknown, version: number): unknown {
  if (value === null) return null
  if (field.kind === "struct") return asKafkaJson(field.fields!, value as Record<string, unknown>, version)
  if (field.kind === "array") return (value as unknown[]).map((item) => valueAsJson(field.element!, item, version))
  if (field.kind === "bytes") return Buffer.from(value as Uint8Array).toString("base64")
  // Kafka's JSON of records is always empty; the bytes are compared by encoding again.
  if (field.kind === "records") return ""
  return typeof value === "bigint" ? Number(value) : value
}

function apiNamed(name: string): Api {
  return apis.find((api) => api.name === name)!
}

describe.each(apis.map((api) => [api.name, api] as const))("%s, as Kafka's classes write it", (name, api) => {
  const samples = serialized.filter((line) => line.api === name)

  test("is covered at every version", () => {
    const versions = new Set(samples.map((line) => line.version))
    for (let version = api.versions[0]; version <= api.versions[1]; version += 1) expect(versions).toContain(version)
  })

  test("decodes to the same values and encodes to the same bytes", () => {
    for (const { side, version, hex, json } of samples) {
      const shape = { version, flexible: isFlexible(api, version) }
      const reader = new Reader(fromHex(hex))
      const value = decodeFields(api[side], shape, reader)
      expect(reader.at, `${side} ${version} to the end`).toBe(reader.end)
      expect(asKafkaJson(api[side], value, version), `${side} ${version}`).toEqual(json)
      const writer = new Writer()
      encodeFields(api[side], shape, { writer, value })
      expect(Buffer.from(writer.finish()).toString("hex"), `${side} ${version}`).toBe(hex)
      writer.release()
    }
  })
})

describe("exchanges with a running Kafka", () => {
  test("cover every version that it advertises of the APIs of the first path", () => {
    const answer = decodeResponse(ApiVersions, 0, fromHex(live[0]!.response)).body
    const captured = apis.filter((api) => live.some((line) => line.api === api.name))
    expect(captured.length).toBeGreaterThanOrEqual(25)
    for (const api of captured) {
      const advertised = answer.apiKeys.find((entry) => entry.apiKey === api.key)!
      const seen = new Set(live.filter((line) => line.api === api.name).map((line) => line.version))
      const last = Math.min(advertised.maxVersion, api.versions[1])
      // Produce 0-2 are advertised by Kafka, too, without being served.
      for (let version = api.key === 0 ? 3 : advertised.minVersion; version <= last; version += 1) {
        expect(seen, `${api.name} ${version}`).toContain(version)
      }
    }
  })

  test("requests decode and encode to the same bytes", () => {
    for (const { api: name, version, request } of live) {
      const frame = fromHex(request)
      const api = apiNamed(name!)
      const header = decodeRequestHeader(frame)
      expect(header).toMatchObject({ apiKey: api.key, apiVersion: version, clientId: "capture" })
      const body = decodeRequest(api, version, frame, header.bodyOffset)
      expect(Buffer.from(encodeRequest(api, version, header, body).subarray(4)).toString("hex"), `${name} ${version}`).toBe(request)
    }
  })

  test("responses decode and encode to the same bytes", () => {
    for (const { api: name, version, response } of live) {
      const api = apiNamed(name!)
      const { correlationId, body } = decodeResponse(api, version, fromHex(response))
      expect(Buffer.from(encodeResponse(api, version, correlationId, body).subarray(4)).toString("hex"), `${name} ${version}`).toBe(
        response,
      )
    }
  })
})

describe("records of Kafka's group coordinator", () => {
  test("decode and encode to the same bytes", () => {
    const seen = new Set<string>()
    for (const record of stored) {
      const key = fromHex(record.key)
      const [keyFormat, valueFormat] =
        key.readInt16BE() === 2
          ? [internal.GroupMetadataKey, internal.GroupMetadataValue]
          : [internal.OffsetCommitKey, internal.OffsetCommitValue]
      seen.add(valueFormat.name)
      for (const [format, bytes] of [
        [keyFormat, key],
        [valueFormat, fromHex(record.value)],
      ] as const) {
        const { version, value } = decodeRecord<Fields>(format, bytes)
        expect(Buffer.from(encodeRecord<Fields>(format, version, value)).toString("hex")).toBe(Buffer.from(bytes).toString("hex"))
      }
    }
    expect(seen).toEqual(new Set(["GroupMetadataValue", "OffsetCommitValue"]))
  })

  test("hold the members' subscriptions and assignments", () => {
    const groups = stored
      .filter((record) => record.key.startsWith("0002"))
      .map((record) => decodeRecord(internal.GroupMetadataValue, fromHex(record.value)))
    const members = groups.flatMap(({ value }) => value.members)
    expect(members.length).toBeGreaterThan(2)
    for (const { subscription, assignment } of members) {
      expect(decodeRecord(internal.ConsumerProtocolSubscription, subscription).value.topics).toEqual(["golden-topic"])
      expect(decodeRecord(internal.ConsumerProtocolAssignment, assignment).value.assignedPartitions).toEqual([
        { topic: "golden-topic", partitions: [0, 1] },
      ])
    }
  })
})
