/** What a struct looks like at one version: the common ground of the decoder and the encoder that are generated from it. */
import type { Field, Fields } from "./infer.ts"

export interface Shape {
  readonly version: number
  /** Compact lengths and tag buffers (KIP-482). */
  readonly flexible: boolean
}

export interface Slot {
  readonly name: string
  readonly field: Field
  /** False when the version has no such field: it decodes to its default and is not written. */
  readonly present: boolean
  readonly nullable: boolean
  /** Tag number, or undefined for a field in wire order. */
  readonly tag: number | undefined
}

/** Bytes of kinds whose size never changes. */
export const fixedSize: Partial<Record<Field["kind"], number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  int64: 8,
  int64Big: 8,
  float64: 8,
  uuid: 16,
}

export function slotsOf(fields: Fields, { version }: Shape): Slot[] {
  return Object.entries(fields).map(([name, field]) => {
    const { since = 0, until = 32_767, nullableSince, tag } = field.options
    return {
      name,
      field,
      present: version >= since && version <= until,
      nullable: nullableSince !== undefined && version >= nullableSince,
      tag,
    }
  })
}

export function inOrder(slots: readonly Slot[]): Slot[] {
  return slots.filter((slot) => slot.present && slot.tag === undefined)
}

/** Tags of the version, ascending, as they must be written. */
export function tagged(slots: readonly Slot[]): Slot[] {
  return slots.filter((slot) => slot.present && slot.tag !== undefined).sort((a, b) => Number(a.tag) - Number(b.tag))
}

/** Fewest bytes that a value can take, so that an announced count can be refused before anything is allocated. */
export function leastSize(field: Field, shape: Shape): number {
  const fixed = fixedSize[field.kind]
  if (fixed !== undefined) return fixed
  if (field.kind === "struct" && field.fields) return field.options.nullableSince === undefined ? leastStructSize(field.fields, shape) : 1
  if (shape.flexible) return 1
  return field.kind === "string" ? 2 : 4
}

function leastStructSize(fields: Fields, shape: Shape): number {
  const sizes = inOrder(slotsOf(fields, shape)).map((slot) => leastSize(slot.field, shape))
  return sizes.reduce((sum, size) => sum + size, shape.flexible ? 1 : 0)
}

/** Bytes of memory that one array element takes at least: its slot, and the objects and arrays that it brings along. */
export function elementCost(element: Field): number {
  return 8 + ownCost(element)
}

function ownCost({ kind, fields = {} }: Field): number {
  if (kind === "array") return 16
  return kind === "struct" ? Object.values(fields).reduce((sum, field) => sum + elementCost(field), 16) : 0
}

/** Source text of the value that stands for an absent field. */
export function defaultSource(field: Field): string {
  const { options } = field
  if (options.default === null) return "null"
  switch (field.kind) {
    case "bool":
      return String(options.default ?? false)
    case "int64Big":
      return `${options.default ?? 0}n`
    case "string":
      return JSON.stringify(options.default ?? "")
    case "uuid":
      return JSON.stringify(options.default ?? "AAAAAAAAAAAAAAAAAAAAAA")
    case "bytes":
    case "records":
      return "EMPTY"
    case "array":
      return "[]"
    case "struct":
      return `{ ${Object.entries(field.fields ?? {})
        .map(([name, inner]) => `${name}: ${defaultSource(inner)}`)
        .join(", ")} }`
    default:
      return String(options.default ?? 0)
  }
}

/** Source text of a condition: is `value` what `defaultSource` stands for? */
export function isDefaultSource(field: Field, value: string): string {
  if (field.options.default === null) return `${value} === null`
  switch (field.kind) {
    case "bytes":
    case "records":
      return `(${value} !== null && ${value}.byteLength === 0)`
    case "array":
      return `(${value} !== null && ${value}.length === 0)`
    case "struct":
      return `(${value} !== null && ${Object.entries(field.fields ?? {})
        .map(([name, inner]) => `(${value}.${name} === undefined || ${isDefaultSource(inner, `${value}.${name}`)})`)
        .join(" && ")})`
    default:
      return `${value} === ${defaultSource(field)}`
  }
}
