// Label and field selectors, parsed once per request. A malformed one is refused with the part that was not understood.
import { KubeError } from "../errors.ts"
import type { AnyObject } from "../object.ts"
import type { Resource } from "./kinds/resource.ts"

export type Selector = (object: AnyObject) => boolean

const name = "[A-Za-z0-9]([A-Za-z0-9._/-]{0,315}[A-Za-z0-9])?"
const requirement = new RegExp(
  String.raw`^\s*(?:(!)\s*(${name})|(${name})(?:\s+(in|notin)\s*\(([^()]*)\)|\s*(==|!=|=)\s*([A-Za-z0-9._-]*)|\s*([<>])\s*(-?\d+))?)\s*$`,
)

type Requirement = (labels: Readonly<Record<string, string>>) => boolean

/** Throws `BadRequest`. */
export function parseLabelSelector(text: string): Selector | undefined {
  if (text.trim() === "") return undefined
  const requirements = splitOutsideParentheses(text).map((part) => parseRequirement(part, text))
  return (object) => requirements.every((holds) => holds(object.metadata.labels ?? {}))
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^()]*\))/)
}

function parseRequirement(part: string, whole: string): Requirement {
  const match = requirement.exec(part)
  if (!match) {
    throw new KubeError(
      "BadRequest",
      `unable to parse requirement ${JSON.stringify(part.trim())} of the label selector ${JSON.stringify(whole)}`,
    )
  }
  const [, not, absentKey, , key = "", , setOp, set = "", op, value = "", order, bound = ""] = match
  if (not !== undefined) return (labels) => labels[absentKey ?? ""] === undefined
  if (setOp !== undefined) {
    const values = new Set(set.split(",").map((each) => each.trim()))
    return (labels) => (labels[key] !== undefined && values.has(labels[key])) === (setOp === "in")
  }
  if (order !== undefined) {
    return (labels) =>
      labels[key] !== undefined && (order === ">" ? Number(labels[key]) > Number(bound) : Number(labels[key]) < Number(bound))
  }
  if (op === undefined) return (labels) => labels[key] !== undefined
  return (labels) => (labels[key] === value) === (op !== "!=")
}

function selectableFields({ isNamespaced, selectable }: Resource): Resource["selectable"] {
  const namespace = (object: AnyObject): string => object.metadata.namespace ?? ""
  return { "metadata.name": (object) => object.metadata.name, ...(isNamespaced && { "metadata.namespace": namespace }), ...selectable }
}

/** Throws `BadRequest` for a field that cannot be selected by, naming those that can. */
export function parseFieldSelector(text: string, resource: Resource): Selector | undefined {
  if (text.trim() === "") return undefined
  const fields = selectableFields(resource)
  const terms = text.split(/(?<!\\),/).map((part) => {
    const match = /^\s*([^=!\s]+)\s*(==|!=|=)(.*)$/.exec(part)
    if (!match)
      throw new KubeError("BadRequest", `invalid field selector ${JSON.stringify(text)}; can't understand ${JSON.stringify(part)}`)
    const [, field = "", op, value = ""] = match
    const read = fields[field]
    if (!read) throw new KubeError("BadRequest", `field label not supported: ${field}; supported: ${Object.keys(fields).join(", ")}`)
    const wanted = value.replace(/\\(.)/g, "$1")
    return (object: AnyObject) => (read(object) === wanted) === (op !== "!=")
  })
  return (object) => terms.every((holds) => holds(object))
}
