// Query parameters and headers of reads and writes, checked before anything happens.
import { KubeError } from "../../errors.ts"
import type { IncludeObject } from "../table.ts"
import { invalidOptions } from "../verbs/context.ts"
import type { ListQuery } from "../verbs/read.ts"

export function listQuery(query: URLSearchParams): ListQuery {
  const text = (name: string): string => query.get(name) ?? ""
  return {
    labelSelector: text("labelSelector"),
    fieldSelector: text("fieldSelector"),
    limit: whole(query, "limit") ?? 0,
    continue: text("continue"),
    resourceVersion: text("resourceVersion"),
    resourceVersionMatch: text("resourceVersionMatch"),
  }
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === "") return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new KubeError("BadRequest", `${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number that is not negative`)
}

export function isTrue(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  return text !== null && text !== "0" && text.toLowerCase() !== "false"
}

const defaultWatchSeconds = 1800

export function watchSeconds(query: URLSearchParams, chance: number): number {
  const asked = whole(query, "timeoutSeconds") ?? 0
  return asked > 0 ? asked : Math.floor(defaultWatchSeconds * (1 + chance))
}

export function includeObject(query: URLSearchParams): IncludeObject {
  const given = query.get("includeObject") ?? "Metadata"
  if (given === "None" || given === "Metadata" || given === "Object") return given
  throw new KubeError(
    "BadRequest",
    `includeObject: Invalid value: ${JSON.stringify(given)}: supported values: "None", "Metadata", "Object"`,
  )
}

export type WriteParameters = { manager: string; isDryRun: boolean; fieldValidation: "Ignore" | "Warn" | "Strict" }

const managerLimit = 128

/** `kind` is what the parameters are called in messages. */
export function writeParameters(query: URLSearchParams, { userAgent, kind }: { userAgent: string; kind: string }): WriteParameters {
  const manager = query.get("fieldManager") ?? ""
  const validation = query.get("fieldValidation") ?? ""
  const dryRun = query.getAll("dryRun").filter((each) => each !== "")
  const refuse = (field: string, message: string): KubeError => invalidOptions(kind, { field, reason: "FieldValueInvalid", message })
  if (manager.length > managerLimit) throw refuse("fieldManager", `Too long: may not be more than ${managerLimit} bytes`)
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(manager))
    throw refuse("fieldManager", "Invalid value: should only contain printable characters")
  if (dryRun.some((each) => each !== "All"))
    throw refuse("dryRun", `Unsupported value: ${JSON.stringify(dryRun[0])}: supported values: "All"`)
  if (validation !== "" && validation !== "Ignore" && validation !== "Warn" && validation !== "Strict") {
    throw refuse("fieldValidation", `Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`)
  }
  return {
    manager: manager === "" ? (userAgent.split("/")[0] ?? "").slice(0, managerLimit) || "unknown" : manager,
    isDryRun: dryRun.length > 0,
    fieldValidation: validation === "" ? "Warn" : validation,
  }
}
