import { z } from "zod"
import { extend } from "./extension.ts"

/** An object whose fields are somebody else's: pod fields, the configuration of a connector we do not know. */
export function freeform(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return extend(z.record(z.string(), z.unknown()), { preserveUnknown: true, accepts: "an object" })
}
