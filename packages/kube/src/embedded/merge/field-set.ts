// Sets of fields as Kubernetes keeps them in managedFields: a trie whose edges are `f:<field>`, `k:<keys of a list item>` or `v:<value of a
// set>`. A node may be a member itself and have members below it; FieldsV1 writes the former as "." beside children, or as a bare `{}`.
import { isRecord } from "../../object.ts"

export type PathElement = string

export class FieldSet {
  isMember = false
  readonly children = new Map<PathElement, FieldSet>()

  static of(...paths: readonly (readonly PathElement[])[]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  get isEmpty(): boolean {
    if (this.isMember) return false
    for (const child of this.children.values()) if (!child.isEmpty) return false
    return true
  }

  insert(path: readonly PathElement[]): void {
    const [element, ...rest] = path
    if (element === undefined) this.isMember = true
    else this.descend(element).insert(rest)
  }

  /** The child, made when missing. */
  descend(element: PathElement): FieldSet {
    let child = this.children.get(element)
    if (!child) {
      child = new FieldSet()
      this.children.set(element, child)
    }
    return child
  }

  clone(): FieldSet {
    return this.union(new FieldSet())
  }

  union(other: FieldSet): FieldSet {
    const out = new FieldSet()
    out.isMember = this.isMember || other.isMember
    for (const [element, child] of this.children) out.children.set(element, child.union(other.children.get(element) ?? empty))
    for (const [element, child] of other.children) if (!out.children.has(element)) out.children.set(element, child.clone())
    return out
  }

  intersection(other: FieldSet): FieldSet {
    const out = new FieldSet()
    out.isMember = this.isMember && other.isMember
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element)
      if (theirs) out.#adopt(element, child.intersection(theirs))
    }
    return out
  }

  /** Members of this set that are not members of the other one. Members below a member of the other one stay. */
  difference(other: FieldSet): FieldSet {
    const out = new FieldSet()
    out.isMember = this.isMember && !other.isMember
    for (const [element, child] of this.children) out.#adopt(element, child.difference(other.children.get(element) ?? empty))
    return out
  }

  /** Without the given paths and everything below them. */
  without(paths: readonly (readonly PathElement[])[]): FieldSet {
    const out = this.clone()
    for (const path of paths) {
      const parent = path.slice(0, -1).reduce<FieldSet | undefined>((node, element) => node?.children.get(element), out)
      const last = path.at(-1)
      if (last !== undefined) parent?.children.delete(last)
    }
    return out.difference(empty)
  }

  /** Only what lies at or below the given path. */
  within(path: readonly PathElement[]): FieldSet {
    const out = new FieldSet()
    const from = path.reduce<FieldSet | undefined>((node, element) => node?.children.get(element), this)
    if (!from) return out
    let node = out
    for (const element of path) node = node.descend(element)
    node.isMember = from.isMember
    for (const [element, child] of from.children) node.children.set(element, child.clone())
    return out
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty
  }

  /** Every member; those of one parent stand together, before what is further below. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    if (prefix.length === 0 && this.isMember) yield prefix
    const children = [...this.children].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [element, child] of children) if (child.isMember) yield [...prefix, element]
    for (const [element, child] of children) yield* child.paths([...prefix, element])
  }

  toJson(): Record<string, unknown> {
    const json: Record<string, unknown> = {}
    const elements = [...this.children.keys()].sort()
    if (this.isMember && elements.length > 0) json["."] = {}
    for (const element of elements) json[element] = this.children.get(element)?.toJson()
    return json
  }

  static fromJson(json: unknown): FieldSet {
    const set = new FieldSet()
    for (const [element, child] of isRecord(json) ? Object.entries(json) : []) {
      if (element === ".") set.isMember = true
      else if (isPathElement(element)) set.children.set(element, nodeFromJson(child))
    }
    return set
  }

  #adopt(element: PathElement, child: FieldSet): void {
    if (!child.isEmpty) this.children.set(element, child)
  }
}

const empty = new FieldSet()

function nodeFromJson(json: unknown): FieldSet {
  const node = FieldSet.fromJson(json)
  // A bare `{}` is a member.
  if (node.children.size === 0) node.isMember = true
  return node
}

/** What anybody may have written into managedFields: an element that cannot be read owns nothing. */
function isPathElement(element: string): boolean {
  if (element.startsWith("f:") || /^i:\d+$/.test(element)) return true
  if (!/^[kv]:/.test(element)) return false
  try {
    const value: unknown = JSON.parse(element.slice(2))
    return element.startsWith("v:") || isRecord(value)
  } catch {
    // Not JSON.
    return false
  }
}

export function fieldElement(name: string): PathElement {
  return `f:${name}`
}

export function keyElement(keys: Record<string, unknown>): PathElement {
  const sorted = Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `k:${JSON.stringify(sorted)}`
}

export function valueElement(value: unknown): PathElement {
  return `v:${JSON.stringify(value)}`
}

/** `.spec.sources[name="a"].topic`, as conflicts are reported. */
export function formatFieldPath(path: readonly PathElement[]): string {
  return path.map(formatElement).join("")
}

function formatElement(element: PathElement): string {
  const text = element.slice(2)
  if (element.startsWith("f:")) return `.${text}`
  if (element.startsWith("v:")) return `[=${text}]`
  if (element.startsWith("i:")) return `[${text}]`
  const keys: unknown = JSON.parse(text)
  const pairs = Object.entries(isRecord(keys) ? keys : {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `[${pairs.join(",")}]`
}
