// Random writes to one topic and one connect by several managers, the same sequence for the same seed: for comparing two API servers.
import { type AnyObject, isRecord } from "../object.ts"
import type { Chance } from "./memory-disk.ts"

export type RandomWrite = {
  method: "POST" | "PUT" | "PATCH" | "DELETE"
  kind: "topic" | "connect"
  subresource: "" | "/status"
  query: string
  contentType: string
  body: object
  /** Completes the body from the object as the server has it. */
  needsLive: boolean
}

const managers = ["ann", "bob", "cat", "kubectl"]
const apiVersion = "rivven.io/v1alpha1"

export function randomWrite(chance: Chance): RandomWrite {
  const kind = chance() < 0.5 ? "topic" : "connect"
  const manager = pick(chance, managers)
  const roll = chance()
  if (roll < 0.55) return applyWrite(chance, { kind, manager })
  if (roll < 0.75) return mergeWrite(chance, { kind, manager })
  if (roll < 0.88) return putWrite(chance, { kind, manager })
  if (roll < 0.97) return statusWrite(chance, { kind, manager })
  return {
    method: "DELETE",
    kind,
    subresource: "",
    query: "",
    contentType: "application/json",
    body: { apiVersion: "v1", kind: "DeleteOptions" },
    needsLive: false,
  }
}

type Author = { kind: "topic" | "connect"; manager: string }

function applyWrite(chance: Chance, { kind, manager }: Author): RandomWrite {
  const force = chance() < 0.4 ? "&force=true" : ""
  const dryRun = chance() < 0.1 ? "&dryRun=All" : ""
  const query = `?fieldManager=${manager}${force}${dryRun}`
  const body = { ...head(kind), metadata: metadataOf(chance), spec: specOf(chance, kind) }
  return { method: "PATCH", kind, subresource: "", query, contentType: "application/apply-patch+yaml", body, needsLive: false }
}

function mergeWrite(chance: Chance, { kind, manager }: Author): RandomWrite {
  const { clusterRef: _clusterRef, ...spec } = specOf(chance, kind)
  const removed = Object.keys(spec).filter(() => chance() < 0.25)
  const body = { spec: { ...spec, ...Object.fromEntries(removed.map((name) => [name, null])) } }
  const query = `?fieldManager=${manager}`
  return { method: "PATCH", kind, subresource: "", query, contentType: "application/merge-patch+json", body, needsLive: false }
}

function putWrite(chance: Chance, { kind, manager }: Author): RandomWrite {
  const body = { ...head(kind), metadata: metadataOf(chance), spec: specOf(chance, kind) }
  return { method: "PUT", kind, subresource: "", query: `?fieldManager=${manager}`, contentType: "application/json", body, needsLive: true }
}

function statusWrite(chance: Chance, { kind, manager }: Author): RandomWrite {
  const types = ["Ready", "Synced", "Paused"].filter(() => chance() < 0.6)
  const conditions = types.map((type) => ({
    type,
    status: pick(chance, ["True", "False"]),
    reason: pick(chance, ["One", "Two"]),
    message: "",
    lastTransitionTime: "2026-01-31T12:00:00Z",
  }))
  const status = { ...(chance() < 0.7 && { message: pick(chance, ["x", "y"]) }), ...(chance() < 0.8 && { conditions }) }
  const force = chance() < 0.5 ? "&force=true" : ""
  const query = `?fieldManager=${manager}-status${force}`
  const body = { ...head(kind), metadata: { name: "x" }, status }
  return { method: "PATCH", kind, subresource: "/status", query, contentType: "application/apply-patch+yaml", body, needsLive: false }
}

function head(kind: "topic" | "connect"): { apiVersion: string; kind: string } {
  return { apiVersion, kind: kind === "topic" ? "RivvenTopic" : "RivvenConnect" }
}

function metadataOf(chance: Chance): object {
  const labels = Object.fromEntries(["l1", "l2", "l3"].filter(() => chance() < 0.3).map((name) => [name, pick(chance, ["v", "w"])]))
  const finalizers = ["rivven.io/f1", "rivven.io/f2"].filter(() => chance() < 0.15)
  return { name: "x", ...(chance() < 0.5 && { labels }), ...(chance() < 0.4 && { finalizers }) }
}

function specOf(chance: Chance, kind: "topic" | "connect"): Record<string, unknown> {
  const clusterRef = { name: "local" }
  return kind === "topic" ? { clusterRef, ...topicSpec(chance) } : { clusterRef, ...connectSpec(chance) }
}

function topicSpec(chance: Chance): object {
  const maybe = (share: number, value: object): object => (chance() < share ? value : {})
  return {
    ...maybe(0.3, { replicationFactor: pick(chance, [1, 2, 3]) }),
    ...maybe(0.3, { deleteOnRemove: chance() < 0.5 }),
    ...maybe(0.6, { config: configOf(chance) }),
    ...maybe(0.5, { topicLabels: mapOf(chance, ["a", "b", "c"]) }),
    ...maybe(0.3, { acls: listOf(chance, ["u1", "u2"]).map((name) => ({ principal: `user:${name}`, operations: ["Read"] })) }),
  }
}

function configOf(chance: Chance): object {
  const maybe = (share: number, value: object): object => (chance() < share ? value : {})
  return {
    ...maybe(0.4, { retentionMs: pick(chance, [1000, 2000, 604_800_000]) }),
    ...maybe(0.3, { cleanupPolicy: pick(chance, ["delete", "compact"]) }),
    ...maybe(0.4, { custom: mapOf(chance, ["delete.retention.ms", "file.delete.delay.ms"]) }),
  }
}

function connectSpec(chance: Chance): object {
  const source = (name: string): object => ({
    name,
    connector: "custom",
    topic: pick(chance, ["t1", "t2"]),
    ...(chance() < 0.4 && { enabled: chance() < 0.5 }),
    ...(chance() < 0.4 && {
      config: { [pick(chance, ["k1", "k2"])]: pick(chance, [1, "two", [1, 2], { deep: true }]), nested: mapOf(chance, ["p", "q"]) },
    }),
  })
  const sources = listOf(chance, ["s1", "s2", "s3", "s4"]).map(source)
  return { ...(chance() < 0.8 && { sources }), ...(chance() < 0.3 && { replicas: pick(chance, [1, 2]) }) }
}

function mapOf(chance: Chance, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.filter(() => chance() < 0.5).map((key) => [key, pick(chance, ["1", "2"])]))
}

/** Some of the names, in any order. */
function listOf(chance: Chance, names: readonly string[]): string[] {
  return names
    .filter(() => chance() < 0.5)
    .map((name) => ({ name, rank: chance() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name)
}

function pick<T>(chance: Chance, values: readonly T[]): T {
  return values[Math.floor(chance() * values.length)] as T
}

/** What two servers must agree on: everything but identities, versions and times. */
export function comparable(body: unknown): unknown {
  if (!isRecord(body)) return body
  if (body.kind === "Status") return { reason: body.reason, message: body.message }
  const { metadata, ...rest } = body as AnyObject
  const { labels, finalizers, generation, managedFields, deletionTimestamp } = metadata
  const owners = managedFields?.map(({ time: _time, ...entry }) => entry).toSorted((a, b) => (ownerName(a) < ownerName(b) ? -1 : 1))
  return { ...rest, metadata: { labels, finalizers, generation, isDeleted: deletionTimestamp !== undefined, managedFields: owners } }
}

function ownerName({
  manager = "",
  operation = "",
  subresource = "",
}: {
  manager?: string
  operation?: string
  subresource?: string
}): string {
  return [manager, operation, subresource].join("/")
}
