import { z } from "zod"

/** Hints for the web form. They live outside `.meta`, whose own keys would be copied into the CRD. */
export type FormHints = {
  label?: string
  /** Said below the field, in place of the schema's description. */
  help?: string
  /** The section of the form; fields without one belong to their parent's. */
  group?: string
  order?: number
  widget?: "duration-ms" | "bytes" | "yaml" | "secret" | "text-area" | "cluster" | "topic"
  placeholder?: string
  /** Shown only when asked for. */
  advanced?: true
  /** Not offered in the form at all. */
  hidden?: true
}

export const formMeta: z.core.$ZodRegistry<FormHints> = z.registry<FormHints>()
