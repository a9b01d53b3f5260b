// What every kind of rivven.io has in common: names, columns, conditions, and the CustomResourceDefinition made from its schema.
import { z } from "zod"
import { extend } from "../kit/extension.ts"
import { int64, listMap, text } from "../kit/fields.ts"
import { type JsonSchema, toCrdSchema } from "../kit/to-crd.ts"

export const group = "rivven.io"
export const version = "v1alpha1"
export const apiVersion = `${group}/${version}` as const

export type PrinterColumn = {
  name: string
  type: "string" | "integer" | "date"
  jsonPath: string
  /** 1: shown with `-o wide` only. */
  priority?: 1
}

export type Kind<S extends z.ZodObject = z.ZodObject> = {
  kind: string
  plural: string
  singular: string
  shortName: string
  description: string
  schema: S
  columns: readonly PrinterColumn[]
  hasScale: boolean
  selectableFields: readonly string[]
}

export function defineKind<S extends z.ZodObject>(kind: Kind<S>): Kind<S> {
  return Object.freeze(kind)
}

export const conditionStatuses = ["True", "False", "Unknown"] as const

/** metav1.Condition. Time moves only when the status flips. */
const condition = z.object({
  type: text({ max: 316, pattern: /^[A-Za-z][A-Za-z0-9./-]*$/ }),
  status: z.enum(conditionStatuses),
  observedGeneration: int64(0).optional(),
  lastTransitionTime: dateTime(),
  reason: text({ min: 1, max: 1024, pattern: /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/ }),
  message: text({ max: 32768 }),
})

export type Condition = z.output<typeof condition>

export function conditions(): z.ZodOptional<z.ZodArray<typeof condition>> {
  return listMap(condition, { max: 20, keys: ["type"] }).optional()
}

export function dateTime(): z.ZodString {
  return extend(z.string(), { format: "date-time", accepts: "a time such as 2026-01-31T12:00:00Z" })
}

/** The metadata that this code reads; the API server knows the rest. */
export const objectMeta = z.looseObject({
  name: text({ min: 1, max: 253 }),
  namespace: text({ max: 63 }).optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
})

export type ObjectMeta = z.output<typeof objectMeta>

/** `metadata` as a structural schema may speak about it: name and generateName only, nothing else. */
export function metadata(): typeof objectMeta {
  return extend(objectMeta.clone(objectMeta._zod.def, { parent: true }), { preserveUnknown: true })
}

export type CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1"
  kind: "CustomResourceDefinition"
  metadata: { name: string }
  spec: {
    group: string
    scope: "Namespaced"
    names: { kind: string; listKind: string; plural: string; singular: string; shortNames: string[]; categories: string[] }
    conversion: { strategy: "None" }
    versions: CrdVersion[]
  }
}

export type CrdVersion = {
  name: string
  served: true
  storage: true
  subresources: {
    status: Record<string, never>
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath: string }
  }
  selectableFields?: { jsonPath: string }[]
  additionalPrinterColumns: PrinterColumn[]
  schema: { openAPIV3Schema: JsonSchema }
}

export function crdOf(kind: Kind): CustomResourceDefinition {
  const { plural, singular, shortName, selectableFields } = kind
  const scale = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas", labelSelectorPath: ".status.selector" }
  const names = { kind: kind.kind, listKind: `${kind.kind}List`, plural, singular, shortNames: [shortName], categories: ["rivven"] }
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names,
      conversion: { strategy: "None" },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {}, ...(kind.hasScale && { scale }) },
          ...(selectableFields.length > 0 && { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
          additionalPrinterColumns: kind.columns.map((column) => ({ ...column })),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  }
}

function rootSchema(kind: Kind): JsonSchema {
  const { description, ...root } = toCrdSchema(kind.schema)
  // A structural schema may not describe apiVersion, kind or metadata any further: the API server knows them.
  const own = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } } as const
  const { type, ...rest } = root
  return { type, description: description ?? kind.description, ...rest, required: ["spec"], properties: { ...root.properties, ...own } }
}
