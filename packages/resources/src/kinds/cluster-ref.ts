import { z } from "zod"
import { extend } from "../kit/extension.ts"
import { dns63 } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { transition } from "../kit/rule.ts"

/** The cluster that a topic or a pipeline belongs to. */
export function clusterRef() {
  const ref = z.object({
    name: dns63().describe("Name of the RivvenCluster.").register(formMeta, { label: "Cluster", widget: "cluster" }),
    namespace: dns63()
      .describe("Namespace of the RivvenCluster; that of this resource if absent. The cluster must allow it.")
      .register(formMeta, { label: "Namespace of the cluster", advanced: true })
      .optional(),
  })
  return transition(extend(ref, { mapType: "atomic" }), {
    cel: "self == oldSelf",
    message: "clusterRef is immutable; delete and recreate the resource",
    check: (next, previous) => next.name === previous.name && next.namespace === previous.namespace,
  }).describe("The cluster this belongs to.")
}
