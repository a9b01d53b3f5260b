import { z } from "zod"
import { envelope, epochMs, numberCell } from "../../envelope.ts"
import { clusterName, groupId, page, paged, problem, status } from "../../view-model.ts"
import { chart, range } from "../metrics/schema.ts"

export const groupInput = z.object({ cluster: clusterName, group: groupId })

export const sortKeys = ["problems", "group", "state", "members", "lagRecords", "lagSeconds"] as const

export const listInput = z.object({
  cluster: clusterName,
  ...page,
  view: z.enum(["all", "problems", "active", "empty"]).default("all"),
  sortBy: z.enum(sortKeys).default("problems"),
  isDescending: z.boolean().default(false),
})

export const groupRow = z.object({
  group: z.string(),
  /** In the words of Kafka: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Dead`, `Unknown`. */
  state: z.string(),
  /** `Stalled` counts as bad: records wait and no commit moves. */
  status,
  type: z.enum(["classic", "consumer", "share", "streams", "unknown"]),
  problems: z.array(problem),
  members: numberCell,
  topics: z.array(z.string()),
  /** Over all partitions with a commit; `NEVER` when it committed none. */
  lagRecords: numberCell,
  /** Age of the oldest unread record, of the worst partition. */
  lagSeconds: numberCell,
  /** Change of the lag, records a second over five minutes. */
  lagPerSecond: numberCell,
  isStalled: z.boolean(),
  /** Lag in records over the last hour, 30 points, oldest first. */
  trend: z.array(z.number().nullable()),
})
export type GroupRow = z.output<typeof groupRow>

export const list = envelope(
  z.object({
    ...paged,
    rows: z.array(groupRow),
    counts: z.object({ all: z.int(), problems: z.int(), active: z.int(), empty: z.int() }),
  }),
)
export type GroupList = z.output<typeof list>

export const groupOffset = z.object({
  topic: z.string(),
  partition: z.int(),
  /** Null: it never committed on this partition; that is a state of its own, not a lag of everything. */
  committedOffset: z.int().nullable(),
  startOffset: numberCell,
  endOffset: numberCell,
  lagRecords: numberCell,
  lagSeconds: numberCell,
  /** Member that reads it now. */
  memberId: z.string().nullable(),
  status,
})
export type GroupOffset = z.output<typeof groupOffset>

export const groupDetails = groupRow.extend({
  /** `consumer` for consumers; other programs use groups for their own ends. */
  protocolType: z.string(),
  /** Assignment strategy, for example `range`. */
  protocol: z.string(),
  coordinator: z.object({ id: z.int(), host: z.string(), port: z.int() }).nullable(),
  /** Partition by partition, furthest behind first. */
  offsets: z.array(groupOffset),
  /** Partitions that are assigned or read and have no commit. */
  neverCommitted: z.int(),
  recordsReadPerSecond: numberCell,
  recordsWrittenPerSecond: numberCell,
  /** Until the lag is gone at this rate; null: never, at this rate. */
  msToZero: z.number().nullable(),
  /** The rule that watches its lag, and since when it is not quiet. */
  alert: z
    .object({ rule: z.string(), state: z.enum(["inactive", "pending", "firing"]), since: epochMs.nullable(), threshold: z.number() })
    .nullable(),
})
export type GroupDetails = z.output<typeof groupDetails>
export const get = envelope(groupDetails)

export const lagInput = z.object({
  cluster: clusterName,
  group: groupId,
  unit: z.enum(["records", "seconds"]).default("records"),
  ...range,
})
/** History of the lag: total and the worst five partitions, with threshold and firing spans, and a heatmap over partitions. */
export const lag = envelope(
  z.object({
    chart,
    heatmap: z.object({
      /** Width of a cell. */
      stepMs: z.int(),
      times: z.array(epochMs),
      max: z.number(),
      /** 64 rows at most, furthest behind first. */
      rows: z.array(z.object({ topic: z.string(), partition: z.int(), values: z.array(z.number().nullable()), now: numberCell })),
      omitted: z.int(),
    }),
  }),
)
export type LagHistory = z.output<typeof lag>

export const member = z.object({
  memberId: z.string(),
  /** Static membership; null for a dynamic member. */
  instanceId: z.string().nullable(),
  clientId: z.string(),
  host: z.string(),
  partitions: z.array(z.object({ topic: z.string(), partitions: z.array(z.int()) })),
  lagRecords: numberCell,
})
export type Member = z.output<typeof member>
/** Furthest behind first. */
export const assignments = envelope(
  z.object({
    members: z.array(member),
    /** Partitions of the group's topics that no member reads. */
    unassigned: z.array(z.object({ topic: z.string(), partitions: z.array(z.int()) })),
  }),
)
