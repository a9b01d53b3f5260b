// RFC 6902 over plain JSON. Works on a copy, so a patch that fails half-way leaves nothing behind.
import { KubeError } from "../../errors.ts"
import { isRecord } from "../../object.ts"
import { isEqual } from "../schema/equal.ts"

type Operation = { op: string; path: string; from?: string; value?: unknown }
type Target = { parent: Record<string, unknown> | unknown[]; key: string }

const operationLimit = 10_000

/** Throws `BadRequest` for what is no patch, `Invalid` for one that cannot be read, does not fit the value, or whose test fails. */
export function jsonPatch(value: unknown, patch: unknown): unknown {
  const root = { document: structuredClone(value) }
  if (!Array.isArray(patch)) throw malformed("a JSON patch must be a list of operations")
  if (patch.length > operationLimit) throw malformed(`a JSON patch may have at most ${operationLimit} operations`)
  for (const [index, raw] of patch.entries()) apply(root, parseOperation(raw, index))
  return root.document
}

function malformed(why: string): KubeError {
  return new KubeError("BadRequest", why)
}

function unfit(why: string): KubeError {
  return new KubeError("Invalid", `the patch cannot be applied: ${why}`)
}

function parseOperation(raw: unknown, index: number): Operation {
  if (!isRecord(raw) || typeof raw.op !== "string") throw unfit(`operation ${index} of the JSON patch needs an "op"`)
  const { op, path, from } = raw
  const known = ["add", "remove", "replace", "move", "copy", "test"]
  if (!known.includes(op)) throw unfit(`operation ${index} of the JSON patch has the unknown op "${op}"; accepted: ${known.join(", ")}`)
  if (typeof path !== "string") throw unfit(`operation ${index} of the JSON patch needs a "path"`)
  if ((op === "move" || op === "copy") && typeof from !== "string") throw unfit(`operation ${index} of the JSON patch needs a "from"`)
  if (["add", "replace"].includes(op) && !("value" in raw)) throw unfit(`operation ${index} of the JSON patch needs a "value"`)
  return { op, path, from: typeof from === "string" ? from : undefined, value: raw.value }
}

function apply(root: { document: unknown }, { op, path, from = "", value }: Operation): void {
  switch (op) {
    case "add":
      add(root, path, structuredClone(value))
      break
    case "replace":
      read(root, path)
      replace(root, path, structuredClone(value))
      break
    case "remove":
      remove(root, path)
      break
    case "move":
      if (path.startsWith(`${from}/`)) throw unfit(`cannot move ${from} into itself`)
      add(root, path, remove(root, from))
      break
    case "copy":
      add(root, path, structuredClone(read(root, from)))
      break
    default: {
      const actual = readOrUndefined(root, path)
      const isSame = isEqual(actual ?? null, value ?? null)
      if (!isSame) throw unfit(`the test of ${path} failed: it is ${shown(actual)}, not ${shown(value)}`)
    }
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent"
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

function parsePointer(pointer: string): string[] {
  if (pointer === "") return []
  if (!pointer.startsWith("/")) throw unfit(`the path ${JSON.stringify(pointer)} must start with /`)
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
}

function locate(root: { document: unknown }, pointer: string): Target | undefined {
  const parts = parsePointer(pointer)
  const key = parts.pop()
  if (key === undefined) return undefined
  const parent = parts.reduce<unknown>((value, part) => child(value, part, pointer), root.document)
  if (!Array.isArray(parent) && !isRecord(parent)) throw missing(pointer)
  if (parts.includes("__proto__") || key === "__proto__") throw unfit(`the path ${pointer} is not allowed`)
  return { parent, key }
}

function child(value: unknown, part: string, pointer: string): unknown {
  const found = Array.isArray(value)
    ? value[indexIn(value, part, { pointer })]
    : isRecord(value) && Object.hasOwn(value, part)
      ? value[part]
      : undefined
  if (found === undefined) throw missing(pointer)
  return found
}

function indexIn(list: readonly unknown[], part: string, { pointer, isInsert = false }: { pointer: string; isInsert?: boolean }): number {
  if (isInsert && part === "-") return list.length
  const index = /^(0|[1-9]\d{0,9})$/.test(part) ? Number(part) : Number.NaN
  if (!(index <= (isInsert ? list.length : list.length - 1)))
    throw unfit(`the path ${pointer} names the item ${part} of a list of ${list.length}`)
  return index
}

function missing(pointer: string): KubeError {
  return unfit(`the path ${pointer} does not exist`)
}

function read(root: { document: unknown }, pointer: string): unknown {
  const target = locate(root, pointer)
  return target ? child(target.parent, target.key, pointer) : root.document
}

function readOrUndefined(root: { document: unknown }, pointer: string): unknown {
  const target = locate(root, pointer)
  if (!target) return root.document
  if (Array.isArray(target.parent)) return target.parent[indexIn(target.parent, target.key, { pointer })]
  return Object.hasOwn(target.parent, target.key) ? target.parent[target.key] : undefined
}

function add(root: { document: unknown }, pointer: string, value: unknown): void {
  const target = locate(root, pointer)
  if (!target) root.document = value
  else if (Array.isArray(target.parent)) target.parent.splice(indexIn(target.parent, target.key, { pointer, isInsert: true }), 0, value)
  else target.parent[target.key] = value
}

function replace(root: { document: unknown }, pointer: string, value: unknown): void {
  const target = locate(root, pointer)
  if (!target) root.document = value
  else if (Array.isArray(target.parent)) target.parent[indexIn(target.parent, target.key, { pointer })] = value
  else target.parent[target.key] = value
}

function remove(root: { document: unknown }, pointer: string): unknown {
  const target = locate(root, pointer)
  if (!target) throw unfit("the whole object cannot be removed by a patch")
  const value = child(target.parent, target.key, pointer)
  if (Array.isArray(target.parent)) target.parent.splice(indexIn(target.parent, target.key, { pointer }), 1)
  else delete target.parent[target.key]
  return value
}
