import type { FormField } from "@rivven/resources"
import { z } from "zod"
import { envelope, epochMs } from "../../envelope.ts"
import { clusterName, condition } from "../../view-model.ts"

export const resourceKind = z.enum(["RivvenTopic"])

export const formInput = z.object({ kind: resourceKind, cluster: clusterName })

/** Recursive, and made by `@rivven/resources`: not described twice. */
const formField = z.custom<FormField>((value) => typeof value === "object" && value !== null)

export const form = envelope(
  z.object({
    kind: resourceKind,
    /** Fields of `spec`, in the order of the form. */
    fields: z.array(formField),
    /** JSON Schema of the whole resource, for help in the YAML editor. */
    jsonSchema: z.record(z.string(), z.unknown()),
    /** A new resource to start from: valid but for its name. */
    template: z.object({ resource: z.record(z.string(), z.unknown()), yaml: z.string() }),
    /** Namespaces whose topics the cluster admits. */
    namespaces: z.array(z.string()),
    /** Named starting points: values to merge into `spec`. */
    profiles: z.array(z.object({ id: z.string(), label: z.string(), help: z.string(), spec: z.record(z.string(), z.unknown()) })),
  }),
)
export type ResourceForm = z.output<typeof form>

/** By the resource's own name, or by topic: then the answer for an unmanaged topic is what adopting it would write. */
export const getInput = z.object({
  kind: resourceKind,
  cluster: clusterName,
  topic: z.string().min(1).max(249),
})

export const fieldOwner = z.object({
  /** `spec.config.retentionMs` */
  path: z.string(),
  manager: z.string(),
  /** In words: "console", "kubectl", "Argo CD". */
  owner: z.string(),
  /** Ours: it can be changed here. Others' fields conflict. */
  isOurs: z.boolean(),
  changedAt: epochMs.nullable(),
})

export const get = envelope(
  z.object({
    /** False: no resource names this topic; `resource` and `yaml` are what the broker has, written as a resource. */
    isManaged: z.boolean(),
    namespace: z.string(),
    name: z.string(),
    /** Null when unmanaged. */
    resourceVersion: z.string().nullable(),
    generation: z.int().nullable(),
    /** apiVersion, kind, metadata (name, namespace, labels, annotations) and spec: what an edit starts from. */
    resource: z.record(z.string(), z.unknown()),
    yaml: z.string(),
    /** Everything, status and managed fields too, for reading. */
    fullYaml: z.string(),
    owners: z.array(fieldOwner),
    conditions: z.array(condition),
  }),
)
export type ResourceView = z.output<typeof get>
