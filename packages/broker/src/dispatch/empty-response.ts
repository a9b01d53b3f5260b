// The answer to a request that failed for a reason of the broker's own: the response's empty form, with one error at its top.
import { type Api, type ErrorName, errorCode, type Field, type Fields, zeroUuid } from "@rivven/protocol"

/** Undefined where the response, in this version, has no one place for an error. */
export function emptyResponse(api: Api, version: number, error: ErrorName): object | undefined {
  const place = api.response.errorCode
  const { since = 0, until = 32_767 } = place?.options ?? {}
  if (!place || version < since || version > until) return undefined
  return { ...emptyFields(api.response), errorCode: errorCode(error) }
}

function emptyFields(fields: Fields): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) if (field.options.default === undefined) body[name] = emptyValue(field)
  return body
}

function emptyValue({ kind, fields, options }: Field): unknown {
  if (kind === "array") return []
  if (options.nullableSince === 0) return null
  if (kind === "struct") return emptyFields(fields ?? {})
  if (kind === "string") return ""
  if (kind === "bool") return false
  if (kind === "uuid") return zeroUuid
  if (kind === "bytes" || kind === "records") return new Uint8Array(0)
  return kind === "int64Big" ? 0n : 0
}
