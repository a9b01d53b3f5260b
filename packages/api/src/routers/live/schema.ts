import { z } from "zod"
import { epochMs } from "../../envelope.ts"
import { clusterName } from "../../view-model.ts"

/**
 * What a page looks at. A key without `name` covers the whole list.
 * - `clusters`: list, status and conditions of clusters (cluster: "")
 * - `topics`, `groups`: rows, offsets, configs and lag of a cluster, or of the one named
 * - `resources`: RivvenTopics of a cluster; `name` is `namespace/name`
 * - `metrics`: a sampling round was stored (every 10 s)
 * - `alerts`: an alert of the cluster changed its state
 */
export const liveKey = z.object({
  of: z.enum(["clusters", "topics", "groups", "resources", "metrics", "alerts"]),
  cluster: z.union([clusterName, z.literal("")]),
  name: z.string().max(600).optional(),
})
export type LiveKey = z.output<typeof liveKey>

export const streamInput = z.object({
  keys: z.array(liveKey).max(100),
  /** Set by the link when it resumes. */
  lastEventId: z.string().max(100).nullish(),
})

export const liveChange = z.object({
  key: liveKey,
  /** Names of the rows that changed, came or went; null when it may be any of them. */
  names: z.array(z.string()).nullable(),
  asOf: epochMs,
})
export type LiveChange = z.output<typeof liveChange>

/** Comes at most once a second. Refetch the queries of what changed: they answer from the snapshot that the change was seen in. */
export const liveEvent = z.discriminatedUnion("type", [
  /** First on each stream. */
  z.object({ type: z.literal("hello"), streamId: z.string(), nowMs: epochMs, version: z.string() }),
  z.object({ type: z.literal("changes"), changes: z.array(liveChange) }),
  /** Changes were lost: refetch everything under these keys. */
  z.object({ type: z.literal("reset"), keys: z.array(liveKey) }),
  /** The stream ends now; open a new one after `afterMs`. */
  z.object({ type: z.literal("reconnect"), reason: z.enum(["draining", "aged"]), afterMs: z.int() }),
  /** The session was revoked or ran out. */
  z.object({ type: z.literal("signedOut") }),
])
export type LiveEvent = z.output<typeof liveEvent>

/** Replaces the keys of a stream, without reopening it. */
export const interestInput = z.object({ streamId: z.string().max(64), keys: z.array(liveKey).max(100) })
export const interest = z.object({
  /** False when the stream is gone: open a new one. */
  isKnown: z.boolean(),
})
