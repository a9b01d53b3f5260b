// What the kind's schema says about a draft, before anybody is asked. Rules between fields and with what exists are the plan's.
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema"
import { pathText } from "../../components/resource/schema-types.ts"

export interface FieldError {
  /** "spec.config.retentionMs" */
  path: string
  message: string
}

/** Says of a map or list only that something in it is wrong. */
const wrappers: readonly string[] = ["properties", "items", "additionalProperties", "prefixItems", "patternProperties"]

const validators = new WeakMap<object, Validator>()

export function schemaErrors(schema: Readonly<Record<string, unknown>>, resource: unknown): FieldError[] {
  let validator = validators.get(schema)
  if (!validator) {
    validator = new Validator(closed(schema) as Schema, "2020-12", false)
    validators.set(schema, validator)
  }
  const found = validator.validate(resource).errors.filter(({ keyword }) => !wrappers.includes(keyword))
  // One message a field: the first is the plainest.
  return [
    ...new Map(
      found
        .map(fieldError)
        .reverse()
        .map((error) => [error.path, error]),
    ).values(),
  ].reverse()
}

function fieldError({ instanceLocation, keyword, error }: OutputUnit): FieldError {
  const path = instanceLocation
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  const [, missing] = keyword === "required" ? (/"(.+)"/.exec(error) ?? []) : []
  return { path: pathText(missing ? [...path, missing] : path), message: wordsOf(keyword, error) }
}

function wordsOf(keyword: string, error: string): string {
  if (keyword === "required") return "This is needed"
  if (keyword === "false") return "The kind has no such field"
  const [, least] = /^String is too short \(\d+ < (\d+)\)/.exec(error) ?? []
  if (least) return `At least ${least} ${least === "1" ? "character" : "characters"}`
  const [, most] = /^String is too long \(\d+ > (\d+)\)/.exec(error) ?? []
  if (most) return `At most ${most} characters`
  const [, is, expected] = /^Instance type "(.+)" is invalid\. Expected "(.+)"\.$/.exec(error) ?? []
  if (is && expected) return `Expected: ${expected.replaceAll('", "', " or ")}. This is: ${is}`
  const [, options] = /^Instance does not match any of \[(.+)\]\.$/.exec(error) ?? []
  if (options) return `Accepted: ${options.replaceAll('","', '", "').replaceAll('"', "")}`
  return error.replace(/^Instance/, "The value").replace(/\.$/, "")
}

/** Like the resource API, which refuses fields that it does not know. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== "object" || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, key === "default" || key === "enum" ? value : closed(value)] as const)
  const isOpen =
    !("properties" in schema) ||
    typeof schema.properties !== "object" ||
    "additionalProperties" in schema ||
    "x-kubernetes-preserve-unknown-fields" in schema ||
    ("type" in schema && schema.type !== "object")
  return { ...Object.fromEntries(entries), ...(isOpen ? {} : { additionalProperties: false }) }
}
