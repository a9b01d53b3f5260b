import { z } from "zod"
import { envelope, epochMs } from "../../envelope.ts"
import { clusterName, offset, partitionIndex, topicName } from "../../view-model.ts"

/** Bytes of a record, decoded for reading. Hostile: show it as text only. */
export const payload = z.object({
  format: z.enum(["json", "text", "integer", "uuid", "hex", "empty"]),
  /** JSON is indented, with big numbers exact; hex is in groups of two; cut at the asked size. */
  text: z.string(),
  sizeBytes: z.int(),
  isTruncated: z.boolean(),
})
export type Payload = z.output<typeof payload>

export const message = z.object({
  partition: z.int(),
  offset: z.int(),
  timestampMs: z.int(),
  /** Whose clock: the producer's or the broker's. */
  timestampType: z.enum(["create", "append"]),
  /** Null: no key. */
  key: payload.nullable(),
  /** Null: a tombstone. */
  value: payload.nullable(),
  headers: z.array(z.object({ name: z.string(), value: payload.nullable() })),
  /** Of key, value and headers, uncompressed. */
  sizeBytes: z.int(),
})
export type Message = z.output<typeof message>

export const pageFrom = z.discriminatedUnion("at", [
  z.object({ at: z.literal("newest") }),
  z.object({ at: z.literal("oldest") }),
  /** Records at and after this offset. */
  z.object({ at: z.literal("offset"), offset }),
  /** Records at and after this time. */
  z.object({ at: z.literal("time"), timestampMs: epochMs }),
  /** Older (or newer) than the page that gave this cursor. */
  z.object({ at: z.literal("cursor"), cursor: z.string().max(20_000) }),
])

export const pageInput = z.object({
  cluster: clusterName,
  topic: topicName,
  /** All when absent. */
  partitions: z.array(partitionIndex).max(1000).optional(),
  from: pageFrom.default({ at: "newest" }),
  limit: z.int().min(1).max(200).default(50),
  /** Longer keys and values are cut here. */
  maxValueBytes: z.int().min(16).max(65_536).default(4096),
})

export const page = envelope(
  z.object({
    /** Newest first. */
    messages: z.array(message),
    /** Towards older records; null when the oldest is reached. */
    olderCursor: z.string().nullable(),
    /** Towards newer records; null when nothing newer was there. */
    newerCursor: z.string().nullable(),
    /** What was read, per partition: the page is complete for these ranges. */
    coverage: z.array(
      z.object({
        partition: z.int(),
        /** First and one past the last offset that was read; equal when nothing was. */
        fromOffset: z.int(),
        toOffset: z.int(),
        startOffset: z.int(),
        endOffset: z.int(),
      }),
    ),
  }),
)
export type MessagePage = z.output<typeof page>

export const getInput = z.object({ cluster: clusterName, topic: topicName, partition: partitionIndex, offset })
/** Null: there is no record at this offset (deleted, compacted, a control record, or not written yet). Up to 1 MiB of the value. */
export const get = envelope(
  z.object({
    message: message.nullable(),
    /** The value's bytes as hex, 64 KiB at most; null for a tombstone. */
    valueHex: z.string().nullable(),
    reason: z.string(),
  }),
)

export const tailInput = z.object({
  cluster: clusterName,
  topic: topicName,
  partitions: z.array(partitionIndex).max(1000).optional(),
  maxValueBytes: z.int().min(16).max(65_536).default(1024),
  /** Records a second that are shown at most; the rest is counted. */
  maxPerSecond: z.int().min(1).max(200).default(50),
  lastEventId: z.string().max(20_000).nullish(),
})
export const tailEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("started"), at: epochMs }),
  /** Comes at most four times a second, oldest first. */
  z.object({ type: z.literal("messages"), messages: z.array(message), /** Not shown because of the rate cap. */ skipped: z.int() }),
  z.object({ type: z.literal("failed"), code: z.string(), message: z.string(), retryAt: epochMs.nullable() }),
  z.object({ type: z.literal("reconnect"), reason: z.enum(["draining", "aged"]), afterMs: z.int() }),
])
export type TailEvent = z.output<typeof tailEvent>
