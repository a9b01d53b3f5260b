// One answer for every bad value, the same in the browser's server, the operator and the command line: where, what is wrong, what is accepted.
// Errors carry the path in the API server's spelling (`spec.acls[0].principal`), so that both kinds of error land on the same field.
import type { z } from "zod"
import { acceptedBy } from "./accepted.ts"
import { extensionOf } from "./extension.ts"
import { nearest } from "./nearest.ts"
import { elementOf, fieldsOf, isOpaque, mapValueOf, type Schema, typeOf, unwrap } from "./shape.ts"

export type Path = readonly (string | number)[]

export type FieldError = {
  path: Path
  /** The path as text; empty for the value as a whole. */
  field: string
  message: string
  accepted: string
}

export type Validated<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] }

export type ValidateOptions<T> = {
  /** The value before the change; rules that look at it are skipped for a new value. */
  previous?: T
  /** Also report fields that the schema does not have, which the API server would drop. */
  unknownFields?: "error"
}

export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  options: ValidateOptions<z.output<S>> = {},
): Validated<z.output<S>> {
  const unknown = options.unknownFields === "error" ? unknownFields(schema, value) : []
  const parsed = schema.safeParse(value, { reportInput: true })
  if (!parsed.success) return { ok: false, errors: [...unknown, ...parsed.error.issues.map((issue) => fromIssue(schema, issue))] }
  const broken = transitionErrors(schema, { next: parsed.data, previous: options.previous, path: [] })
  const errors = [...unknown, ...broken]
  return errors.length === 0 ? { ok: true, value: parsed.data } : { ok: false, errors }
}

/** `spec.acls[0].config["retention.ms"]`, as the API server writes it. */
export function fieldName(path: Path): string {
  let text = ""
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`
    else if (/^[A-Za-z_][\w-]*$/.test(part)) text += text === "" ? part : `.${part}`
    else text += `[${part}]`
  }
  return text
}

/** The schema at a path of a value; undefined where the schema says nothing about it. */
export function schemaAt(schema: Schema, path: Path): Schema | undefined {
  let at: Schema | undefined = schema
  for (const part of path) {
    if (!at) return undefined
    const { schema: inner }: { schema: Schema } = unwrap(at)
    if (isOpaque(inner)) return undefined
    at = typeof part === "number" ? elementOf(inner) : (fieldsOf(inner).find(([name]) => name === part)?.[1] ?? mapValueOf(inner))
  }
  return at
}

/** Fields of the value that the schema does not have, each with the nearest name that it has. */
export function unknownFields(schema: Schema, value: unknown, path: Path = []): FieldError[] {
  const { schema: inner } = unwrap(schema)
  if (isOpaque(inner) || typeof value !== "object" || value === null) return []
  const element = elementOf(inner)
  if (element && Array.isArray(value)) return value.flatMap((item, at) => unknownFields(element, item, [...path, at]))
  if (typeOf(inner) !== "object" || Array.isArray(value)) return []
  const known = new Map(fieldsOf(inner))
  return Object.entries(value).flatMap(([name, child]) => {
    const field = known.get(name)
    return field ? unknownFields(field, child, [...path, name]) : [unknownField([...path, name], [...known.keys()])]
  })
}

function unknownField(path: Path, known: string[]): FieldError {
  const close = nearest(String(path.at(-1)), known)
  const hint = close === undefined ? "" : `; did you mean ${close}?`
  return { path, field: fieldName(path), message: `unknown field${hint}`, accepted: `one of ${known.join(", ")}` }
}

function fromIssue(schema: Schema, issue: z.core.$ZodIssue): FieldError {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))
  const at = schemaAt(schema, path)
  const accepted = at ? acceptedBy(at) : ""
  return { path, field: fieldName(path), message: messageOf(issue, accepted), accepted }
}

function messageOf(issue: z.core.$ZodIssue, accepted: string): string {
  if (issue.code === "custom") return issue.message
  if (issue.input === undefined) return `is required: ${accepted}`
  return `${shapeOf(issue.input)} is not accepted: ${accepted}`
}

/** The shape of a value: short texts and numbers as they are, of everything else only what it is. */
function shapeOf(value: unknown): string {
  if (typeof value === "string") return value.length <= 40 ? JSON.stringify(value) : `a text of ${value.length} characters`
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value)
  if (Array.isArray(value)) return `a list of ${value.length} entries`
  return "an object"
}

type Change = { next: unknown; previous: unknown; path: Path }

function transitionErrors(schema: Schema, change: Change): FieldError[] {
  const { schema: inner } = unwrap(schema)
  if (change.next === undefined || isOpaque(inner)) return []
  return [...ownTransitions(inner, change), ...fieldTransitions(inner, change), ...itemTransitions(inner, change)]
}

function ownTransitions(schema: Schema, { next, previous, path }: Change): FieldError[] {
  const transitions = extensionOf(schema).transitions ?? []
  return transitions
    .filter(({ check, optionalOldSelf }) => (previous !== undefined || optionalOldSelf) && !check(next, previous))
    .map(({ message, field }) => {
      const at = field === "" ? path : [...path, ...field.split(".")]
      return { path: at, field: fieldName(at), message, accepted: acceptedBy(schema) }
    })
}

function fieldTransitions(schema: Schema, { next, previous, path }: Change): FieldError[] {
  const [now, before] = [next as Record<string, unknown>, (previous ?? {}) as Record<string, unknown>]
  return fieldsOf(schema).flatMap(([name, field]) =>
    transitionErrors(field, { next: now[name], previous: before[name], path: [...path, name] }),
  )
}

/** Items of a list map keep their identity through their keys; those of any other list have none. */
function itemTransitions(schema: Schema, { next, previous, path }: Change): FieldError[] {
  const { listType, listMapKeys = [] } = extensionOf(schema)
  const element = elementOf(schema)
  if (!element || listType !== "map") return []
  const earlier = (previous ?? []) as Record<string, unknown>[]
  return (next as Record<string, unknown>[]).flatMap((item, at) => {
    const before = earlier.find((old) => listMapKeys.every((key) => old[key] === item[key]))
    return transitionErrors(element, { next: item, previous: before, path: [...path, at] })
  })
}
