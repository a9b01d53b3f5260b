// Accept header → form of the answer. The first form that this server can make wins, as on the API server.
import { KubeError } from "../../errors.ts"

export type Form = "json" | "table" | "partial"

type Range = { type: string; parameters: ReadonlyMap<string, string> }

function parseRange(text: string): Range {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim())
  const pairs = rest.map((part): [string, string] => {
    const equals = part.indexOf("=")
    return [part.slice(0, equals), part.slice(equals + 1).replace(/^"(.*)"$/, "$1")]
  })
  return { type: type.toLowerCase(), parameters: new Map(pairs) }
}

/** Throws `NotAcceptable` when there is none. */
export function negotiate(accept: string | undefined): Form {
  if (accept === undefined || accept.trim() === "") return "json"
  for (const text of accept.split(",")) {
    const form = formOf(parseRange(text))
    if (form) return form
  }
  throw new KubeError("NotAcceptable", "only the following media types are accepted: application/json")
}

function formOf({ type, parameters }: Range): Form | undefined {
  if (type !== "application/json" && type !== "application/*" && type !== "*/*") return undefined
  const as = parameters.get("as")
  if (as === undefined) return "json"
  if (parameters.get("g") !== "meta.k8s.io") return undefined
  if (as === "Table") return "table"
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? "partial" : undefined
}

export function wantsAggregatedDiscovery(accept: string | undefined): boolean {
  return (accept ?? "")
    .split(",")
    .map(parseRange)
    .some(({ parameters }) => parameters.get("as") === "APIGroupDiscoveryList" && parameters.get("v") === "v2")
}
