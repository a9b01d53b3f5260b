// Value against schema → list of problems; rules only once the shape is right. On an update, what did not change is not blamed again
// (ratcheting): an object stored under older, laxer rules can still be labelled, finalized and deleted.
import { isRecord } from "../../object.ts"
import { isEqual } from "./equal.ts"
import { checkFormat } from "./formats.ts"
import {
  duplicate,
  type FieldPath,
  formatPath,
  invalid,
  isOfShape,
  type Problem,
  required,
  showValue,
  tooLong,
  tooMany,
  unsupported,
  wrongType,
} from "./problem.ts"
import { checkRules } from "./rules.ts"
import { childSchema, itemSchema, keysOf, listKey, type Schema } from "./schema.ts"

export type Subject = {
  value: unknown
  schema: Schema
  /** The value before this change, of an update. */
  old?: unknown
  path?: FieldPath
}

export function validate(subject: Subject): Problem[] {
  const problems: Problem[] = []
  const { value, schema, old, path = [] } = subject
  check({ value, schema, old, path }, problems)
  if (!schema.hasRules) return problems
  if (!problems.every(isOfShape)) {
    const why = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
    return [...problems, { path: "", type: "Invalid", message: `Invalid value: null: ${why}` }]
  }
  return [...problems, ...checkRules({ value, schema, old, path })]
}

type Place = Required<Subject>

function check(place: Place, problems: Problem[]): void {
  const { value, schema, old, path } = place
  if (old !== undefined && path.length > 0 && isEqual(value, old)) return
  if (value === null && (schema.isNullable || schema.type === "any")) return
  const problem = checkType(place)
  if (problem) {
    problems.push(problem)
    return
  }
  if (schema.json.enum && !schema.json.enum.some((each) => isEqual(each, value))) problems.push(unsupported(path, value, schema.json.enum))
  if (typeof value === "string") problems.push(...checkText(place, value))
  else if (typeof value === "number") problems.push(...checkNumber(place, value))
  else if (Array.isArray(value)) checkList(place, value, problems)
  else if (isRecord(value)) checkObject(place, value, problems)
}

const typeChecks: Record<Exclude<Schema["type"], undefined>, (value: unknown) => boolean> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  intOrString: (value) => typeof value === "string" || Number.isInteger(value),
  any: () => true,
}

function checkType({ value, schema, path }: Place): Problem | undefined {
  const type = schema.type ?? "any"
  if (!typeChecks[type](value)) return wrongType(path, value, type === "intOrString" ? "integer or string" : type)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return invalid(path, value, `must be an integer between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`)
  }
  return undefined
}

function checkText({ schema, path }: Place, value: string): Problem[] {
  const { minLength = 0, maxLength, format, pattern } = schema.json
  const at = where(path)
  // Code points, as the API server counts; a text that long is never given to a pattern.
  if (maxLength !== undefined && value.length > maxLength && Array.from(value).length > maxLength) return [tooLong(path, maxLength)]
  const problems: Problem[] = []
  if (value.length < minLength) problems.push(invalid(path, value, `${at} in body should be at least ${minLength} chars long`))
  if (schema.pattern && !schema.pattern.test(value)) problems.push(invalid(path, value, `${at} in body should match '${pattern}'`))
  if (format !== undefined && !checkFormat(format, value)) {
    problems.push(invalid(path, value, `${at} in body must be of type ${format}: ${showValue(value)}`))
  }
  return problems
}

function checkNumber({ schema, path }: Place, value: number): Problem[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema.json
  const at = where(path)
  const problems: Problem[] = []
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    problems.push(invalid(path, value, `${at} in body should be greater than ${exclusiveMinimum ? "" : "or equal to "}${minimum}`))
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    problems.push(invalid(path, value, `${at} in body should be less than ${exclusiveMaximum ? "" : "or equal to "}${maximum}`))
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    problems.push(invalid(path, value, `${at} in body should be a multiple of ${multipleOf}`))
  }
  return problems
}

function checkList(place: Place, value: unknown[], problems: Problem[]): void {
  const { schema, old, path } = place
  const { minItems = 0, maxItems } = schema.json
  if (maxItems !== undefined && value.length > maxItems) problems.push(tooMany(path, value.length, maxItems))
  if (value.length < minItems) problems.push(invalid(path, value, `${where(path)} in body should have at least ${minItems} items`))
  const items = itemSchema(schema)
  const oldItems = schema.listType === "map" && Array.isArray(old) ? new Map(old.map((item) => [listKey(schema, item), item])) : undefined
  const seen = new Set<string>()
  value.forEach((item, index) => {
    const key = listKey(schema, item)
    check({ value: item, schema: items, old: oldItems?.get(key), path: [...path, index] }, problems)
    if (schema.listType === "atomic") return
    if (seen.has(key)) problems.push(duplicate([...path, index], schema.listType === "map" ? keysOf(schema, item) : item))
    seen.add(key)
  })
}

function checkObject(place: Place, value: Record<string, unknown>, problems: Problem[]): void {
  const { schema, old, path } = place
  const { maxProperties, minProperties = 0, required: names = [] } = schema.json
  const keys = Object.keys(value)
  if (maxProperties !== undefined && keys.length > maxProperties) problems.push(tooMany(path, keys.length, maxProperties))
  if (keys.length < minProperties) {
    problems.push(invalid(path, value, `${where(path)} in body should have at least ${minProperties} properties`))
  }
  for (const name of names) if (value[name] === undefined) problems.push(required([...path, name]))
  for (const name of keys) {
    const child = childSchema(schema, name)
    const before = isRecord(old) ? old[name] : undefined
    if (child) check({ value: value[name], schema: child, old: before, path: [...path, name] }, problems)
  }
}

function where(path: FieldPath): string {
  return path.length === 0 ? "the value" : formatPath(path)
}
