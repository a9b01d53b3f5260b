// The one value behind form and YAML: the text. The form changes it in place, so that comments, order and unknown fields stay.
import { type Document, isMap, LineCounter, parseDocument, visit } from "yaml"
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
    const message = error.code === "BAD_ALIAS" ? `A value that begins with * is an alias. Put it in quotes: "*"` : error.message
    return { isReadable: false, problem: { message, line: lines.linePos(from).line, from, to: Math.max(to, from + 1) } }
  }
  if (!isMap(document.contents)) {
    return {
      isReadable: false,
      problem: { message: "A resource is a map: apiVersion, kind, metadata, spec", line: 1, from: 0, to: yaml.length },
    }
  }
  try {
    const resource = document.toJS({ maxAliasCount }) as Record<string, unknown>
    // An alias inside its own anchor makes a value that contains itself.
    JSON.stringify(resource)
    return { isReadable: true, resource }
  } catch (error) {
    const { from, to, message } = aliasProblem(document, error)
    return { isReadable: false, problem: { message, line: lines.linePos(from).line, from, to } }
  }
}

/** Aliases of aliases can make a huge value out of a small text. */
const maxAliasCount = 20

/** The first alias that names nothing, else the first one of too many. */
function aliasProblem(document: Document, error: unknown): { from: number; to: number; message: string } {
  const anchors = new Set<string>()
  const places: { from: number; to: number; source: string; isKnown: boolean }[] = []
  visit(document, {
    Node: (_, node) => {
      if ("anchor" in node && node.anchor) anchors.add(node.anchor)
    },
    Alias: (_, { source, range }) => {
      const [from, to] = range ?? [0, 1]
      places.push({ from, to, source, isKnown: anchors.has(source) })
    },
  })
  const unknown = places.find(({ isKnown }) => !isKnown)
  if (unknown) {
    const text = `*${unknown.source}`
    return {
      ...unknown,
      message: `${text} is an alias, and nothing before it is named &${unknown.source}. If it is text, put it in quotes: "${text}"`,
    }
  }
  const [first = { from: 0, to: 1 }] = places
  if (error instanceof ReferenceError) return { ...first, message: `More than ${maxAliasCount} values come from aliases. Write them out` }
  return { ...first, message: "An alias stands inside the value that it names" }
}

/** The text with one field set, or removed when the value is undefined. Unreadable text stays as it is. */
export function setInDraft(yaml: string, path: FormPath, value: unknown): string {
  const document = parseDocument(yaml)
  if (document.errors.length > 0 || !isMap(document.contents)) return yaml
  if (value !== undefined) makeRoom(document, path)
  try {
    if (value === undefined) removeIn(document, path)
    else document.setIn(path, document.createNode(value))
    return document.toString({ lineWidth: 0 }).trimEnd()
  } catch {
    // A parent is an alias: what it names belongs to other fields too.
    return yaml
  }
}

/** A parent that is there and empty (`spec:`) becomes a map. */
function makeRoom(document: Document, path: FormPath): void {
  for (let length = 1; length < path.length; length += 1) {
    const parent = path.slice(0, length)
    if (document.hasIn(parent) && document.getIn(parent) === null) document.setIn(parent, document.createNode({}))
  }
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
