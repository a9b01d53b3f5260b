// The one value behind form and YAML: the text. The form changes it in place, so that comments, order and unknown fields stay.
import { type Document, isMap, LineCounter, parseDocument } from "yaml"
import type { FormPath } from "../../components/resource/schema-types.ts"

export interface DraftProblem {
  message: string
  line: number
  /** Character positions in the text. */
  from: number
  to: number
}

export type Draft = { isReadable: true; resource: Record<string, unknown> } | { isReadable: false; problem: DraftProblem }

export function readDraft(yaml: string): Draft {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    const [from, to] = error.pos
    return { isReadable: false, problem: { message: error.message, line: lines.linePos(from).line, from, to: Math.max(to, from + 1) } }
  }
  if (!isMap(document.contents)) {
    return {
      isReadable: false,
      problem: { message: "A resource is a map: apiVersion, kind, metadata, spec", line: 1, from: 0, to: yaml.length },
    }
  }
  return { isReadable: true, resource: document.toJS({ maxAliasCount: 20 }) as Record<string, unknown> }
}

/** The text with one field set, or removed when the value is undefined. Unreadable text stays as it is. */
export function setInDraft(yaml: string, path: FormPath, value: unknown): string {
  const document = parseDocument(yaml)
  if (document.errors.length > 0 || !isMap(document.contents)) return yaml
  if (value === undefined) removeIn(document, path)
  else document.setIn(path, document.createNode(value))
  return document.toString({ lineWidth: 0 }).trimEnd()
}

/** Parents that become empty go too, so that nothing is left that nobody wrote. */
function removeIn(document: Document, path: FormPath): void {
  document.deleteIn(path)
  const parent = path.slice(0, -1)
  const node = document.getIn(parent, true)
  if (parent.length > 1 && isMap(node) && node.items.length === 0) removeIn(document, parent)
}

export function getIn(value: unknown, path: FormPath): unknown {
  return path.reduce<unknown>(
    (at, part) => (at && typeof at === "object" ? (at as Record<string | number, unknown>)[part] : undefined),
    value,
  )
}

/** Where a field stands in the text; its parent when it is not there itself. `path` is spelled as the server does. */
export function placeOf(yaml: string, path: string): { from: number; to: number } {
  const document = parseDocument(yaml)
  const parts = path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  for (let length = parts.length; length > 0; length -= 1) {
    const node = document.getIn(parts.slice(0, length), true)
    const range = node && typeof node === "object" && "range" in node ? (node.range as [number, number, number] | null) : null
    if (range) return { from: range[0], to: Math.max(range[1], range[0] + 1) }
  }
  return { from: 0, to: Math.min(yaml.length, 1) }
}

const resourceName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** A topic may have names that a resource may not; then the resource gets a name made of it and says which topic it means. */
export function nameTopic(yaml: string, topic: string): string {
  if (resourceName.test(topic)) return setInDraft(setInDraft(yaml, ["metadata", "name"], topic), ["spec", "topicName"], undefined)
  const derived = topic
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "")
  return setInDraft(setInDraft(yaml, ["metadata", "name"], derived), ["spec", "topicName"], topic === "" ? undefined : topic)
}

/** The topic that a resource is about. */
export function topicOf(resource: Readonly<Record<string, unknown>>): string {
  const name = getIn(resource, ["spec", "topicName"]) ?? getIn(resource, ["metadata", "name"])
  return typeof name === "string" ? name : ""
}
