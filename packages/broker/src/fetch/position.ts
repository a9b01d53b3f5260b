// One partition of a fetch: what the client asks, and whether its position can be served. Pure look-ups in the log's state.
import type { ErrorName } from "@rivven/protocol"
import type { Partition } from "../log/partition.ts"

export interface FetchPosition {
  /** Empty when the client names topics by id. */
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly maxBytes: number
  /** The epoch the client believes in, -1 when it does not say. */
  readonly leaderEpoch: number
  /** Epoch of the last record the client has, -1 when it does not say. */
  readonly lastFetchedEpoch: number
}

export interface Divergence {
  readonly epoch: number
  readonly endOffset: number
}

export type PositionCheck = { readonly error: ErrorName } | { readonly diverging: Divergence } | { readonly readableBytes: number }

/** Where a reader has to stop. */
export const endFor = (log: Partition, isCommitted: boolean): number => (isCommitted ? log.lastStableOffset : log.highWatermark)

export function checkPosition(log: Partition, position: FetchPosition, isCommitted: boolean): PositionCheck {
  const fenced = epochError(log, position.leaderEpoch)
  if (fenced) return { error: fenced }
  const diverging = position.lastFetchedEpoch < 0 ? null : divergence(log, position)
  if (diverging) return diverging
  if (position.offset < log.logStartOffset || position.offset > log.logEndOffset) return { error: "OFFSET_OUT_OF_RANGE" }
  return { readableBytes: log.readableBytes(position.offset, endFor(log, isCommitted)) }
}

/** KIP-320: a client with an older or a newer idea of the leader has to refresh its metadata. */
export function epochError(log: Partition, asked: number): ErrorName | null {
  if (asked < 0 || asked === log.leaderEpoch) return null
  return asked < log.leaderEpoch ? "FENCED_LEADER_EPOCH" : "UNKNOWN_LEADER_EPOCH"
}

/** KIP-595: the log was cut behind what this client has read. */
function divergence(log: Partition, { lastFetchedEpoch, offset }: FetchPosition): { diverging: Divergence } | { error: ErrorName } | null {
  const end = log.endOffsetForEpoch(lastFetchedEpoch)
  if (end === null) return { error: "OFFSET_OUT_OF_RANGE" }
  return end.epoch < lastFetchedEpoch || end.endOffset < offset ? { diverging: end } : null
}
