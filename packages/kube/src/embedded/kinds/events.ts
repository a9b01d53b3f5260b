// Events exist once and are seen twice: as core/v1 Event (`kubectl describe` reads these) and as events.k8s.io/v1 Event (recorders write these).
// Stored is the core form. They are kept for an hour and have no file.
import { type AnyObject, isRecord, textOf } from "../../object.ts"
import { compileObjectSchema, completeJson } from "../schema/metadata.ts"
import { invalid, type Problem, required } from "../schema/problem.ts"
import type { JsonSchema } from "../schema/schema.ts"
import { ageOf, textColumn } from "./columns.ts"
import { type Column, defineResource, type Resource } from "./resource.ts"

const text: JsonSchema = { type: "string" }
const time: JsonSchema = { type: "string", format: "date-time", nullable: true }
const count: JsonSchema = { type: "integer" }
const reference: JsonSchema = {
  type: "object",
  "x-kubernetes-map-type": "atomic",
  properties: { apiVersion: text, kind: text, name: text, namespace: text, uid: text, resourceVersion: text, fieldPath: text },
}
const source: JsonSchema = { type: "object", properties: { component: text, host: text } }
const series: JsonSchema = { type: "object", properties: { count, lastObservedTime: time } }

/** Same name and meaning in both forms. */
const common = { eventTime: time, series, action: text, reason: text, type: text, related: reference }

const coreJson: JsonSchema = {
  type: "object",
  description: "Event is a report of something that happened to an object.",
  properties: {
    ...common,
    involvedObject: reference,
    message: text,
    source,
    firstTimestamp: time,
    lastTimestamp: time,
    count,
    reportingComponent: text,
    reportingInstance: text,
  },
}

const newJson: JsonSchema = {
  type: "object",
  description: "Event is a report of something that happened to an object.",
  properties: {
    ...common,
    regarding: reference,
    note: text,
    deprecatedSource: source,
    deprecatedFirstTimestamp: time,
    deprecatedLastTimestamp: time,
    deprecatedCount: count,
    reportingController: text,
    reportingInstance: text,
  },
}

/** core name → events.k8s.io name. */
const renames: Record<string, string> = {
  involvedObject: "regarding",
  message: "note",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount",
  reportingComponent: "reportingController",
}
const backNames = Object.fromEntries(Object.entries(renames).map(([core, other]) => [other, core]))

function renamed(object: AnyObject, { names, apiVersion }: { names: Record<string, string>; apiVersion: string }): AnyObject {
  const entries = Object.entries(object).map(([name, value]) => [names[name] ?? name, value])
  return { ...Object.fromEntries(entries), apiVersion, kind: "Event", metadata: object.metadata }
}

const selectable: Resource["selectable"] = {
  "involvedObject.kind": (event) => regarding(event, "kind"),
  "involvedObject.namespace": (event) => regarding(event, "namespace"),
  "involvedObject.name": (event) => regarding(event, "name"),
  "involvedObject.uid": (event) => regarding(event, "uid"),
  "involvedObject.apiVersion": (event) => regarding(event, "apiVersion"),
  "involvedObject.resourceVersion": (event) => regarding(event, "resourceVersion"),
  "involvedObject.fieldPath": (event) => regarding(event, "fieldPath"),
  reason: (event) => textOf(event.reason),
  type: (event) => textOf(event.type),
  reportingComponent: (event) => textOf(event.reportingComponent),
  source: (event) => sourceOf(event),
}

function regarding(event: AnyObject, field: string): string {
  return isRecord(event.involvedObject) ? textOf(event.involvedObject[field]) : ""
}

function sourceOf(event: AnyObject): string {
  const component = isRecord(event.source) ? event.source.component : undefined
  return textOf(component ?? event.reportingComponent)
}

function lastSeen(event: AnyObject): unknown {
  const repeated = isRecord(event.series) ? event.series.lastObservedTime : undefined
  return repeated ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp
}

const columns: Column[] = [
  textColumn("Last Seen", (event, nowMs) => ageOf(lastSeen(event), nowMs)),
  textColumn("Type", (event) => event.type ?? ""),
  textColumn("Reason", (event) => event.reason ?? ""),
  textColumn("Object", (event) => `${regarding(event, "kind").toLowerCase()}/${regarding(event, "name")}`),
  textColumn("Subobject", (event) => regarding(event, "fieldPath"), 1),
  textColumn("Source", (event) => sourceOf(event), 1),
  textColumn("Message", (event) => textOf(event.message).trim()),
  textColumn("First Seen", (event, nowMs) => ageOf(event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp, nowMs), 1),
  { ...textColumn("Count", (event) => (isRecord(event.series) ? event.series.count : event.count) ?? 1, 1), type: "integer" },
  textColumn("Name", (event) => event.metadata.name, 1),
]

/** An event lies in the namespace of what it is about; recorders of the new form say who reports what. */
function checkNew(event: AnyObject): Problem[] {
  const missing = ["eventTime", "reportingController", "reportingInstance", "action", "reason", "type"]
    .filter((field) => textOf(event[field]) === "")
    .map((field) => required([field]))
  const tooLong = Object.entries({ note: 1024, reason: 128, action: 128 })
    .filter(([field, limit]) => Buffer.byteLength(textOf(event[field])) > limit)
    .map(([field, limit]) => invalid([field], event[field], `can have at most ${limit} characters`))
  return [...missing, ...tooLong, ...checkNamespace(event, "regarding")]
}

function checkNamespace(event: AnyObject, field: "involvedObject" | "regarding"): Problem[] {
  const reference = event[field]
  const about = isRecord(reference) ? textOf(reference.namespace) : ""
  const { namespace = "" } = event.metadata
  // What is about something without a namespace lies in `default`.
  if (about === namespace || (about === "" && namespace === "default")) return []
  return [invalid([field, "namespace"], about, "does not match event.namespace")]
}

const shared = { kind: "Event", plural: "events", shortNames: ["ev"], hasFile: false, collection: "core/events", columns, selectable }

export const eventResources: readonly Resource[] = [
  defineResource({
    ...shared,
    group: "",
    version: "v1",
    schema: compileObjectSchema(coreJson),
    json: completeJson(coreJson),
    check: (event) => checkNamespace(event, "involvedObject"),
  }),
  defineResource({
    ...shared,
    group: "events.k8s.io",
    version: "v1",
    schema: compileObjectSchema(newJson),
    json: completeJson(newJson),
    check: checkNew,
    view: {
      toStored: (object) => renamed(object, { names: backNames, apiVersion: "v1" }),
      fromStored: (object) => renamed(object, { names: renames, apiVersion: "events.k8s.io/v1" }),
    },
  }),
]
