// A typed block of a RivvenConnect entry: the configuration of one connector, at most one per entry.
import type { z } from "zod"

export type Connector<S extends z.ZodObject = z.ZodObject> = {
  /** The value of `connector` that this block belongs to. */
  connector: string
  direction: "source" | "sink"
  description: string
  schema: S
}

export function defineConnector<S extends z.ZodObject>(connector: Connector<S>): Connector<S> {
  return Object.freeze(connector)
}
