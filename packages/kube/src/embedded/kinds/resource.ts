// What the server knows about one resource: names, schema, subresources, how it is printed and selected, and its few own rules.
// Everything else (verbs, storage, merge, watch) is the same for all of them.
import type { AnyObject } from "../../object.ts"
import type { Problem } from "../schema/problem.ts"
import type { JsonSchema, Schema } from "../schema/schema.ts"

export type Column = {
  name: string
  type: "string" | "integer" | "number" | "boolean" | "date"
  description: string
  /** 0 is always shown, 1 with `-o wide`. */
  priority: number
  cell: (object: AnyObject, nowMs: number) => unknown
}

export type ScalePaths = { specReplicas: string; statusReplicas: string; selector: string | undefined }

export type NameFormat = "label" | "subdomain"

export type Resource = {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  shortNames: readonly string[]
  categories: readonly string[]
  isNamespaced: boolean
  nameFormat: NameFormat
  schema: Schema
  /** The schema as documents show it. */
  json: JsonSchema
  columns: readonly Column[]
  /** Fields that `--field-selector` may name, besides name and namespace. */
  selectable: Readonly<Record<string, (object: AnyObject) => string>>
  hasStatus: boolean
  scale: ScalePaths | undefined
  /** Counts changes of what is desired in metadata.generation. */
  hasGeneration: boolean
  /** Served from memory; nobody may write it. */
  isReadOnly: boolean
  /** Kept in the journal only: not a file of its own, because nobody keeps it in Git. */
  hasFile: boolean
  /** A PUT without resourceVersion replaces whatever is there. */
  allowsUnconditionalUpdate: boolean
  /** Takes strategic merge patches, as Kubernetes' own kinds do. */
  isStrategic: boolean
  /** Kinds that are two views of one collection share its name. */
  collection: string
  view: View | undefined
  /** Last changes before validation, such as Secret's stringData. */
  prepare: ((object: AnyObject, old: AnyObject | undefined) => void) | undefined
  check: ((object: AnyObject, old: AnyObject | undefined) => Problem[]) | undefined
}

export type View = {
  toStored(object: AnyObject): AnyObject
  fromStored(object: AnyObject): AnyObject
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`
}

/** `rivventopics.rivven.io`, `configmaps`: how messages name a resource. */
export function qualifiedName({ plural, group }: Resource): string {
  return group === "" ? plural : `${plural}.${group}`
}

/** `RivvenTopic.rivven.io`: how messages name a kind. */
export function qualifiedKind({ kind, group }: Resource): string {
  return group === "" ? kind : `${kind}.${group}`
}

type Required = "group" | "version" | "kind" | "plural" | "schema" | "json"

/** Fills in what most resources have in common. */
export function defineResource(own: Pick<Resource, Required> & Partial<Resource>): Resource {
  return {
    singular: own.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    isNamespaced: true,
    nameFormat: "subdomain",
    columns: [],
    selectable: {},
    hasStatus: false,
    scale: undefined,
    hasGeneration: false,
    isReadOnly: false,
    hasFile: true,
    allowsUnconditionalUpdate: true,
    isStrategic: true,
    collection: `${own.group === "" ? "core" : own.group}/${own.plural}`,
    view: undefined,
    prepare: undefined,
    check: undefined,
    ...own,
  }
}
