// Get and list. A list is one moment: its pages are read at the revision of the first, undone from the retained changes where needed.
import { KubeError } from "../../errors.ts"
import type { AnyObject, ListMeta, ObjectKey } from "../../object.ts"
import type { Resource } from "../kinds/resource.ts"
import { parseFieldSelector, parseLabelSelector, type Selector } from "../selectors.ts"
import { Entry, type Store } from "../storage/store.ts"
import { invalidOptions, notFound, type Server, type Target } from "./context.ts"

export type ListQuery = {
  labelSelector: string
  fieldSelector: string
  limit: number
  continue: string
  resourceVersion: string
  resourceVersionMatch: string
}

export type Page = { metadata: ListMeta; entries: readonly Entry[] }

export function get(server: Server, resource: Resource, key: ObjectKey): AnyObject {
  const entry = server.store.get(resource.collection, key)
  if (!entry) throw notFound(resource, key.name)
  return viewed(entry, resource).object
}

/** The entry in the form of the resource: itself, but for the second view of events. */
export function viewed(entry: Entry, resource: Resource): Entry {
  return resource.view ? new Entry(resource.view.fromStored(entry.object)) : entry
}

export function selectorOf(query: Pick<ListQuery, "labelSelector" | "fieldSelector">, resource: Resource): Selector | undefined {
  const byLabels = parseLabelSelector(query.labelSelector)
  const byFields = parseFieldSelector(query.fieldSelector, resource)
  if (!byLabels) return byFields
  return byFields ? (object) => byLabels(object) && byFields(object) : byLabels
}

export function list(server: Server, { resource, namespace }: Target, query: ListQuery): Page {
  const { store } = server
  checkQuery(query)
  const start = query.continue === "" ? undefined : decodeContinue(query.continue)
  const revision = start?.revision ?? exactRevision(query, store) ?? store.revision
  const all = store.listAt(resource.collection, { revision, namespace })
  if (!all) throw expired(start ? "The provided continue parameter is too old" : `The resourceVersion ${revision} is too old`)
  const selects = selectorOf(query, resource)
  const selected = selects ? all.filter(({ object }) => selects(object)) : all
  const from = start ? selected.findIndex(({ object }) => sortKey(object) > start.after) : 0
  const rest = from < 0 ? [] : selected.slice(from)
  const entries = query.limit > 0 ? rest.slice(0, query.limit) : rest
  const last = entries.at(-1)
  const remaining = rest.length - entries.length
  const metadata: ListMeta = { resourceVersion: String(revision) }
  if (last && remaining > 0) {
    metadata.continue = encodeContinue({ revision, after: sortKey(last.object) })
    // With a selector the API server does not know the rest either.
    if (!selects) metadata.remainingItemCount = remaining
  }
  return { metadata, entries: resource.view ? entries.map((entry) => viewed(entry, resource)) : entries }
}

function sortKey({ metadata }: AnyObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
}

const versionPattern = /^\d{1,15}$/

function checkQuery(query: ListQuery): void {
  const { resourceVersion, resourceVersionMatch: match } = query
  const field = "resourceVersionMatch"
  const forbid = (why: string): KubeError =>
    invalidOptions("ListOptions", { field, reason: "FieldValueForbidden", message: `Forbidden: resourceVersionMatch is forbidden ${why}` })
  if (resourceVersion !== "" && !versionPattern.test(resourceVersion)) throw badVersion(resourceVersion)
  if (query.continue !== "" && resourceVersion !== "" && resourceVersion !== "0") {
    throw new KubeError("BadRequest", "specifying resource version is not allowed when using continue")
  }
  if (match === "") return
  if (query.continue !== "") throw forbid("when continue is provided")
  if (resourceVersion === "") throw forbid("unless resourceVersion is provided")
  if (match !== "Exact" && match !== "NotOlderThan") {
    const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`
    throw invalidOptions("ListOptions", { field, reason: "FieldValueNotSupported", message })
  }
  if (match === "Exact" && resourceVersion === "0") throw forbid('"Exact" for resourceVersion "0"')
}

/** `undefined`: as new as possible, which is never older than what was asked for. */
function exactRevision({ resourceVersion, resourceVersionMatch, limit }: ListQuery, store: Store): number | undefined {
  if (resourceVersion === "" || resourceVersion === "0") return undefined
  const revision = Number(resourceVersion)
  if (revision > store.revision) throw tooLarge(revision, store)
  const isExact = resourceVersionMatch === "Exact" || (resourceVersionMatch === "" && limit > 0)
  return isExact ? revision : undefined
}

export function badVersion(resourceVersion: string): KubeError {
  return new KubeError("BadRequest", `resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: must be a number`)
}

export function tooLarge(revision: number, store: Store): KubeError {
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }]
  return new KubeError("Timeout", `Too large resource version: ${revision}, current: ${store.revision}`, {
    details: { causes, retryAfterSeconds: 1 },
  })
}

export function expired(why: string): KubeError {
  return new KubeError("Expired", `${why}; list again without it`)
}

type Continue = { revision: number; after: string }

function encodeContinue(token: Continue): string {
  return Buffer.from(JSON.stringify([token.revision, token.after])).toString("base64url")
}

function decodeContinue(text: string): Continue {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"))
    if (Array.isArray(token) && Number.isSafeInteger(token[0]) && typeof token[1] === "string") {
      return { revision: Number(token[0]), after: token[1] }
    }
  } catch {
    // Falls through: whatever it is, it is not one of ours.
  }
  throw new KubeError("BadRequest", "continue: Invalid value: the continue token is not valid")
}
