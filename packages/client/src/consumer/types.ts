import type { CommittedOffset, OffsetToCommit } from "../admin/group-offsets.ts"
import type { Isolation, OffsetSpec } from "../admin/offsets.ts"
import type { ItemError, Result } from "../errors.ts"
import type { TopicPartition } from "./assignors/assignor.ts"

export type ConsumedRecord = {
  topic: string
  partition: number
  offset: number
  leaderEpoch: number
  /** Milliseconds since 1970. */
  timestamp: number
  key: Uint8Array | null
  value: Uint8Array | null
  headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
}

export type ConsumerOptions = {
  /** Needed for `subscribe` and for commits. */
  groupId?: string
  /** Static membership: the same id comes back to the same partitions. */
  instanceId?: string
  /** In order of preference. Default both: `range` until all members agree otherwise. Only cooperative ones make the rebalance cooperative. */
  assignors?: readonly ("range" | "cooperative-sticky")[]
  sessionTimeoutMs?: number
  heartbeatIntervalMs?: number
  /** How long a rebalance waits for this member, and how long it may go without `poll` before it leaves. Default 300 s. */
  maxPollIntervalMs?: number
  /** Commits the positions of polled records on `poll`, this often; `null` (the default) leaves commits to the caller. */
  autoCommitIntervalMs?: number | null
  /** Where to begin without a commit or outside the log. Default `latest`; `none` answers OFFSET_OUT_OF_RANGE. */
  offsetReset?: "earliest" | "latest" | "none"
  isolation?: Isolation
  /** Fetched and not yet polled. Default 32 MiB. */
  maxBufferedBytes?: number
  maxPartitionBytes?: number
  /** The broker waits this long for `minFetchBytes`. Default 500 ms. */
  maxWaitMs?: number
  minFetchBytes?: number
  /** Records per `poll`. Default 500. */
  maxPollRecords?: number
}

/** Called inside `poll`; the next step of the rebalance waits for what they return. */
export type RebalanceListener = {
  onAssigned?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** Still owned while this runs: the last chance to commit. */
  onRevoked?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** Owned by somebody else already: nothing can be committed any more. */
  onLost?(partitions: readonly TopicPartition[]): void | Promise<void>
}

export type PartitionFailure = Partial<TopicPartition> & { error: ItemError }

export type Polled = {
  records: ConsumedRecord[]
  /** What stands in the way of some partitions, or of the whole group. The others go on. */
  failures: PartitionFailure[]
}

/** What a transaction needs to commit offsets on behalf of this member. */
export type GroupMetadata = { groupId: string; generation: number; memberId: string; instanceId: string | null }

export type Consumer = {
  /** Joins the group with these topics. Partitions come with a later `poll`. */
  subscribe(topics: readonly string[], listener?: RebalanceListener): Result<void>
  /** Exactly these partitions, without a group. */
  assign(partitions: readonly TopicPartition[]): Result<void>
  assignment(): TopicPartition[]
  /** Waits up to `timeoutMs` for records. Also the moment in which a rebalance goes on. */
  poll(options?: { timeoutMs?: number; maxRecords?: number; signal?: AbortSignal }): Promise<Polled>
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** Offset of the next record `poll` will give; `null` while it is not known yet. */
  position(partition: TopicPartition): number | null
  seek(partition: TopicPartition, offset: number): Result<void>
  /** To the first record at or after a time, or to an end. One result per partition: the offset it goes on from. */
  seekTo(partitions: readonly TopicPartition[], at: OffsetSpec): Promise<Result<number>[]>
  /** The given offsets, or the positions of everything polled. One result per offset, which also names what was committed. */
  commit(offsets?: readonly OffsetToCommit[]): Promise<(OffsetToCommit & { result: Result<void> })[]>
  committed(partitions: readonly TopicPartition[]): Promise<Result<CommittedOffset>[]>
  /** Read it anew for every commit. `null` without a group. */
  groupMetadata(): GroupMetadata | null
  /** Commits when auto-commit is on, gives up the partitions, leaves the group (static members stay) and closes. */
  close(): Promise<void>
}
