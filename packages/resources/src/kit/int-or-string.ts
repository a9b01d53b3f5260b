import { z } from "zod"
import { extend } from "./extension.ts"

export type IntOrStringOptions = { maxLength: number; pattern?: RegExp; accepts: string }

/** What Kubernetes calls IntOrString: `1` or `"50%"`. */
export function intOrString({ maxLength, pattern, accepts }: IntOrStringOptions): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> {
  const string = z.string().max(maxLength)
  const schema = z.union([z.int(), pattern ? string.regex(pattern) : string])
  return extend(schema, { intOrString: { maxLength, ...(pattern && { pattern: pattern.source }) }, accepts })
}
