import type { z } from "zod"
import { extend } from "./extension.ts"
import { dns253 } from "./fields.ts"

/** The name of a Secret in the namespace of the resource. The only way a schema may speak about a secret: values never enter a resource. */
export function secretRef(): z.ZodString {
  return extend(dns253(), { secretRef: true, accepts: "the name of a Secret in the same namespace" })
}
