// One thing that is wrong with an object, at one field, in the words of the API server.
import type { StatusCause } from "../../errors.ts"

/** Names and indices from the root; a key of a map stands in its own bracket when printed. */
export type FieldPath = readonly (string | number)[]

export type ProblemType = "Invalid" | "Required" | "Unsupported" | "Duplicate" | "TooLong" | "TooMany" | "Forbidden" | "TypeInvalid"

export type Problem = { path: string; type: ProblemType; message: string }

const reasons: Record<ProblemType, string> = {
  Invalid: "FieldValueInvalid",
  Required: "FieldValueRequired",
  Unsupported: "FieldValueNotSupported",
  Duplicate: "FieldValueDuplicate",
  TooLong: "FieldValueTooLong",
  TooMany: "FieldValueTooMany",
  Forbidden: "FieldValueForbidden",
  TypeInvalid: "FieldValueTypeInvalid",
}

export function formatPath(path: FieldPath): string {
  let text = ""
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`
    else if (part.startsWith("[")) text += part
    else text += text === "" ? part : `.${part}`
  }
  return text
}

const shownLength = 200

/** A value as messages show it, cut when long. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? "null"
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text
}

export function invalid(path: FieldPath, value: unknown, why: string): Problem {
  return { path: formatPath(path), type: "Invalid", message: `Invalid value: ${showValue(value)}: ${why}` }
}

/** Objects and lists are too long for a message. */
export function invalidWhole(path: FieldPath, why: string): Problem {
  return { path: formatPath(path), type: "Invalid", message: `Invalid value: ${why}` }
}

export function required(path: FieldPath, why = ""): Problem {
  return { path: formatPath(path), type: "Required", message: why === "" ? "Required value" : `Required value: ${why}` }
}

export function unsupported(path: FieldPath, value: unknown, supported: readonly unknown[]): Problem {
  const list = supported.map((each) => JSON.stringify(each)).join(", ")
  return { path: formatPath(path), type: "Unsupported", message: `Unsupported value: ${showValue(value)}: supported values: ${list}` }
}

export function duplicate(path: FieldPath, value: unknown): Problem {
  return { path: formatPath(path), type: "Duplicate", message: `Duplicate value: ${showValue(value)}` }
}

export function tooLong(path: FieldPath, maxLength: number): Problem {
  return { path: formatPath(path), type: "TooLong", message: `Too long: may not be more than ${maxLength} bytes` }
}

export function tooMany(path: FieldPath, count: number, max: number): Problem {
  return { path: formatPath(path), type: "TooMany", message: `Too many: ${count}: must have at most ${max} items` }
}

export function forbidden(path: FieldPath, why: string): Problem {
  return { path: formatPath(path), type: "Forbidden", message: `Forbidden: ${why}` }
}

export function wrongType(path: FieldPath, value: unknown, expected: string): Problem {
  const at = formatPath(path)
  const actual = typeName(value)
  return {
    path: at,
    type: "TypeInvalid",
    message: `Invalid value: ${JSON.stringify(actual)}: ${at} in body must be of type ${expected}: ${JSON.stringify(actual)}`,
  }
}

/** In the words of JSON schema. */
export function typeName(value: unknown): string {
  if (Array.isArray(value)) return "array"
  if (Number.isInteger(value)) return "integer"
  return value === null ? "null" : typeof value
}

/** Whether rules can be evaluated in spite of it: the value has its type and a bounded size. */
export function isOfShape({ type }: Problem): boolean {
  return type === "Invalid" || type === "Duplicate"
}

export function causeOf(problem: Problem): StatusCause {
  return { reason: reasons[problem.type], message: problem.message, field: problem.path === "" ? "<nil>" : problem.path }
}

/** `a: Required value` or `[a: …, b: …]`, as a Status sums it up. */
export function sumUp(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `${problem.path === "" ? "<nil>" : problem.path}: ${problem.message}`)
  return lines.length === 1 ? (lines[0] ?? "") : `[${lines.join(", ")}]`
}
