// Whole requests from the fields that matter to a test, and what is wrong in any response.
import { errorName, type Field, type Fields, zeroUuid } from "@rivven/protocol"

/** Every error code of a response, wherever it is. */
export function* errorsOf(answer: unknown): Generator<string> {
  if (typeof answer !== "object" || answer === null || ArrayBuffer.isView(answer)) return
  for (const [name, value] of Object.entries(answer)) {
    if (isErrorCode(name) && typeof value === "number") yield errorName(value)
    else yield* errorsOf(value)
  }
}

/** What is not said is the default, else zero, empty or null. */
export function filled(fields: Fields, body: Readonly<Record<string, unknown>>, version: number): Record<string, unknown> {
  const whole: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const given = body[name]
    const { since = 0, until = 32_767 } = field.options
    if (given === undefined && "default" in field.options && field.options.default !== undefined) continue
    const isThere = version >= since && version <= until
    whole[name] = given === undefined || !isThere ? zeroOf(field, version) : filledValue(field, given, version)
  }
  return whole
}

function filledValue(field: Field, given: unknown, version: number): unknown {
  const within = (fields: Fields | undefined, one: unknown) => filled(fields ?? {}, one as Record<string, unknown>, version)
  if (field.kind === "array" && Array.isArray(given)) {
    const { element } = field
    return given.map((one: unknown) => (element?.kind === "struct" ? within(element.fields, one) : one))
  }
  return field.kind === "struct" && given !== null ? within(field.fields, given) : given
}

function zeroOf(field: Field, version: number): unknown {
  const { since = 0, until = 32_767, nullableSince } = field.options
  if (nullableSince !== undefined && version >= Math.max(since, nullableSince) && version <= until) return null
  if (field.kind === "array") return []
  if (field.kind === "struct") return filled(field.fields ?? {}, {}, version)
  if (field.kind === "string") return ""
  if (field.kind === "bool") return false
  if (field.kind === "uuid") return zeroUuid
  return field.kind === "bytes" || field.kind === "records" ? new Uint8Array(0) : 0
}

/** The configs of a topic that was made may be hidden without the request having failed. */
const isErrorCode = (name: string): boolean => /^(partitionE|e)rrorCode$/.test(name)
