// Compares every definition with Kafka's own message JSON, version by version, field by field.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { Field, Fields } from "../schema/infer.ts"
import { apis } from "./index.ts"
import * as internal from "./internal/index.ts"

interface KafkaField {
  name: string
  type: string
  /** A field that is a tag from its first version on may leave this out. */
  versions?: string
  nullableVersions?: string
  taggedVersions?: string
  tag?: number
  default?: string | number | boolean | null
  ignorable?: boolean
  fields?: KafkaField[]
}

interface KafkaMessage {
  apiKey?: number
  name: string
  validVersions: string
  flexibleVersions: string
  latestVersionUnstable?: boolean
  fields: KafkaField[]
  commonStructs?: { name: string; fields: KafkaField[] }[]
}

type Flat = Record<string, unknown>[]

const folder = new URL("../testing/kafka-messages/", import.meta.url)

/** Versions that Kafka 4 dropped and that we keep for old clients; the JSON still says what their fields were, except for these two. */
const olderFirst: Record<string, number> = {
  OffsetCommit: 1,
  CreateTopics: 0,
  DeleteTopics: 0,
  DescribeConfigs: 0,
  DescribeAcls: 0,
  CreateAcls: 0,
  DeleteAcls: 0,
}
const goneFields: Record<string, { version: number; name: string }> = {
  OffsetCommitRequest: { version: 1, name: "commitTimestamp" },
  DescribeConfigsResponse: { version: 0, name: "isDefault" },
}

function load(name: string): KafkaMessage {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8").replace(/^\s*\/\/.*$/gm, ""))
}

function rangeOf(versions: string | undefined): [number, number] {
  if (versions === undefined || versions === "none") return [32_767, -1]
  const [first = "", last] = versions.replace("+", "-32767").split("-")
  return [Number(first), Number(last ?? first)]
}

function within(version: number, versions: string | undefined): boolean {
  const [first, last] = rangeOf(versions)
  return version >= first && version <= last
}

function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function defaultOfKafka({ default: value, type }: KafkaField): unknown {
  if (value === undefined)
    return type.startsWith("[]") ? "[]" : ({ bool: "false", string: "", uuid: "zero", bytes: "", records: "" }[type] ?? "0")
  return String(value !== null && Number.isInteger(Number(value)) && value !== "" && typeof value !== "boolean" ? BigInt(value) : value)
}

function flattenKafka(message: KafkaMessage, fields: KafkaField[], at: { version: number; path: string }): Flat {
  return fields.flatMap((field) => {
    if (!within(at.version, field.versions ?? field.taggedVersions)) return []
    const base = field.type.replace("[]", "")
    const nested = field.fields ?? message.commonStructs?.find((common) => common.name === base)?.fields
    const path = `${at.path}/${camel(field.name)}`
    const self = {
      path,
      type: `${field.type.startsWith("[]") ? "[]" : ""}${nested ? "struct" : base}`,
      nullable: within(at.version, field.nullableVersions),
      tag: within(at.version, field.taggedVersions) ? field.tag : undefined,
      default: nested && !field.type.startsWith("[]") && field.default === undefined ? "struct" : defaultOfKafka(field),
      ignorable: field.ignorable ?? false,
    }
    return [self, ...(nested ? flattenKafka(message, nested, { version: at.version, path }) : [])]
  })
}

function typeName(field: Field): string {
  if (field.kind === "array") return `[]${typeName(field.element!)}`
  return field.kind === "int64Big" ? "int64" : field.kind
}

function defaultOfOurs({ kind, options }: Field): string {
  if (options.default !== undefined) return String(options.default)
  return { array: "[]", struct: "struct", bool: "false", string: "", uuid: "zero", bytes: "", records: "" }[kind as string] ?? "0"
}

function flattenOurs(fields: Fields, at: { version: number; path: string }): Flat {
  return Object.entries(fields).flatMap(([name, field]) => {
    const { since = 0, until = 32_767, nullableSince = 32_767, tag, ignorable = false } = field.options
    if (at.version < since || at.version > until) return []
    const path = `${at.path}/${name}`
    const nested = field.fields ?? field.element?.fields
    const self = { path, type: typeName(field), nullable: at.version >= nullableSince, tag, default: defaultOfOurs(field), ignorable }
    return [self, ...(nested ? flattenOurs(nested, { version: at.version, path }) : [])]
  })
}

function compareFields(kafka: KafkaMessage, ours: Fields, version: number): void {
  const gone = goneFields[kafka.name]
  const flat = flattenOurs(ours, { version, path: "" }).filter(
    ({ path }) => !(gone?.version === version && String(path).endsWith(gone.name)),
  )
  expect(flat, `${kafka.name} version ${version}`).toEqual(flattenKafka(kafka, kafka.fields, { version, path: "" }))
}

describe.each(apis.map((api) => [api.name, api] as const))("%s", (name, api) => {
  const request = load(`${name}Request`)
  const response = load(`${name}Response`)

  test("has Kafka's key, stable versions and first flexible version", () => {
    const [first, last] = rangeOf(request.validVersions)
    expect(api.key).toBe(request.apiKey)
    expect(api.versions).toEqual([olderFirst[name] ?? first, request.latestVersionUnstable ? last - 1 : last])
    expect(api.flexible).toBe(request.flexibleVersions === "none" ? undefined : rangeOf(request.flexibleVersions)[0])
    expect(response.flexibleVersions).toBe(request.flexibleVersions)
  })

  test("has Kafka's fields at every version", () => {
    for (let version = api.versions[0]; version <= api.versions[1]; version += 1) {
      compareFields(request, api.request, version)
      compareFields(response, api.response, version)
    }
  })

  test("names fields of its versions only", () => {
    const flat = [...everyField(api.request), ...everyField(api.response)]
    for (const { options } of flat) {
      for (const version of [options.since, options.until, options.nullableSince]) {
        if (version !== undefined) expect(version).toSatisfy((edge: number) => edge >= api.versions[0] && edge <= api.versions[1])
      }
    }
  })
})

function everyField(fields: Fields): Field[] {
  return Object.values(fields).flatMap((field) => [field, ...everyField(field.fields ?? field.element?.fields ?? {})])
}

describe.each(Object.values(internal).map((format) => [format.name, format] as const))("%s", (name, format) => {
  const kafka = load(name)

  test("has Kafka's fields at every version", () => {
    // The version of a key is its record type in Kafka 4: 0 and 1 both are offsets, 2 is a group.
    const isKey = name.endsWith("Key")
    for (let version = format.versions[0]; version <= format.versions[1]; version += 1) {
      compareFields(kafka, format.fields, isKey ? 0 : version)
    }
    if (isKey)
      expect(format.versions).toEqual(
        name === "OffsetCommitKey" ? [load("LegacyOffsetCommitKey").apiKey, kafka.apiKey] : [kafka.apiKey, kafka.apiKey],
      )
    else expect(format.versions).toEqual(rangeOf(kafka.validVersions))
    expect(format.flexible).toBe(kafka.flexibleVersions === "none" ? undefined : rangeOf(kafka.flexibleVersions)[0])
  })
})
