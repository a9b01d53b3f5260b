// Pieces of view models that more than one router answers with.
import { z } from "zod"
import { epochMs } from "./envelope.ts"

/** How good or bad something is. `busy` is under way, `off` is stopped or empty, `unknown` could not be read. */
export const status = z.enum(["ok", "info", "warn", "bad", "busy", "off", "unknown"])
export type Status = z.output<typeof status>

/** What a link leads to. */
export const entityRef = z.object({
  kind: z.enum(["cluster", "topic", "group", "alert", "resource"]),
  cluster: z.string(),
  /** Topic name, group id, alert rule, or `namespace/name` of a resource; the cluster's name for a cluster. */
  name: z.string(),
})
export type EntityRef = z.output<typeof entityRef>

/** A sentence in parts, so that the things it names can be links. Parts are joined without spaces. */
export const sentence = z.array(z.object({ text: z.string(), link: entityRef.optional(), isStrong: z.boolean().optional() }))
export type Sentence = z.output<typeof sentence>

export const problem = z.object({
  status: z.enum(["bad", "warn"]),
  /** Closed set, fit for a filter. */
  code: z.enum([
    "OFFLINE",
    "UNDER_REPLICATED",
    "UNDER_MIN_ISR",
    "NOT_READY",
    "DRIFT",
    "CONFLICT",
    "DELETING",
    "STALLED",
    "HIGH_LAG",
    "LOSES_DATA",
    "DISK",
    "READ_ONLY",
    "UNREACHABLE",
    "ALERT",
  ]),
  /** Two or three words for a chip: "drift: retention", "1 offline". */
  text: z.string(),
})
export type Problem = z.output<typeof problem>

/** A condition of a custom resource. */
export const condition = z.object({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string(),
  message: z.string(),
  changedAt: epochMs.nullable(),
})
export type ConditionView = z.output<typeof condition>

/** Something wrong with one field of a value that was sent. */
export const fieldError = z.object({
  /** As the API server writes it: `spec.config.retentionMs`; empty for the value as a whole. */
  path: z.string(),
  message: z.string(),
  /** What would be accepted, in words. */
  accepted: z.string(),
})
export type FieldErrorView = z.output<typeof fieldError>

export const clusterName = z.string().min(1).max(253)
export const topicName = z.string().min(1).max(249)
export const groupId = z.string().min(1).max(512)
export const partitionIndex = z.int().min(0).max(1_000_000)
export const offset = z.int().min(0)

/** The page of a list. The server filters and sorts; `cursor` comes from the answer before. */
export const page = {
  /** Words that the name (or a label) must contain, all of them; `label:team=shop` matches a label. */
  filter: z.string().max(500).default(""),
  cursor: z.string().max(600).nullable().default(null),
  limit: z.int().min(1).max(200).default(200),
}

/** What a paged list answers besides its rows. */
export const paged = {
  /** Names the snapshot; send it back to compare. */
  revision: z.string(),
  /** All rows that exist. */
  total: z.int(),
  /** Rows that match the filter, of which `rows` is a page. */
  matching: z.int(),
  /** For the next page; null at the end. `CURSOR_EXPIRED` when its snapshot is gone: start again without it. */
  nextCursor: z.string().nullable(),
}
