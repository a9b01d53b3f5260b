/**
 * The consumer's front. `poll` is the moment in which everything moves that the caller could notice: rebalances, positions, records. Fetches
 * and heartbeats run beside it. Parts: `group.ts` (membership), `partitions.ts` (what is owned), `positions.ts` (where to begin),
 * `fetcher.ts` (buffers).
 */
import { alterOffsets, type CommittedOffset, fetchOffsets, type OffsetToCommit } from "../admin/group-offsets.ts"
import { checkOffsetSpec, type OffsetSpec, OffsetsAdmin } from "../admin/offsets.ts"
import { Bell } from "../bell.ts"
import type { Cluster } from "../cluster.ts"
import { Deadline, pause } from "../deadline.ts"
import { failed, type ItemError, ok, type Result } from "../errors.ts"
import { retry } from "../retry.ts"
import { partitionKey, type TopicPartition } from "./assignors/assignor.ts"
import { Fetcher } from "./fetcher.ts"
import { Group } from "./group.ts"
import { OwnedPartitions } from "./partitions.ts"
import { Positions } from "./positions.ts"
import { type ConsumerSettings, consumerSettings } from "./settings.ts"
import type { ConsumedRecord, Consumer, ConsumerOptions, GroupMetadata, PartitionFailure, Polled, RebalanceListener } from "./types.ts"

/** Rebalances wait for this commit, so it must not take long. */
const revokeCommitTimeoutMs = 5_000
const longestTurnMs = 20

export function createConsumer(
  cluster: Cluster,
  options: ConsumerOptions & { maxDecompressedBytes: number },
  onClosed: () => void = () => {},
): Consumer {
  return new ConsumerCore(cluster, consumerSettings(options), onClosed)
}

class ConsumerCore implements Consumer {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #partitions = new OwnedPartitions()
  readonly #bell = new Bell()
  readonly #positions: Positions
  readonly #fetcher: Fetcher
  readonly #offsets: OffsetsAdmin
  readonly #commitLane: string
  #group: Group | null = null
  readonly #onClosed: () => void
  #isClosed = false
  #isPolling = false
  #nextAutoCommitMs = 0
  #toldFailure: ItemError | null = null
  #lastTurnMs = 0
  readonly #commitFailures: PartitionFailure[] = []

  constructor(cluster: Cluster, settings: ConsumerSettings, onClosed: () => void) {
    this.#onClosed = onClosed
    const parts = { partitions: this.#partitions, settings, bell: this.#bell }
    this.#cluster = cluster
    this.#settings = settings
    this.#positions = new Positions(cluster, parts)
    this.#fetcher = new Fetcher(cluster, parts)
    this.#offsets = new OffsetsAdmin(cluster)
    this.#commitLane = cluster.newLane("commit")
  }

  subscribe(topics: readonly string[], listener: RebalanceListener = {}): Result<void> {
    const { groupId } = this.#settings
    if (this.#isClosed) return closed
    if (groupId === null) return failed("BAD_INPUT", "subscribe needs a groupId; assign does not")
    if (this.#group === null && this.#partitions.all.length > 0)
      return failed("BAD_INPUT", "this consumer has assigned partitions; it cannot subscribe too")
    this.#group ??= new Group(this.#cluster, {
      settings: { ...this.#settings, groupId },
      partitions: this.#partitions,
      bell: this.#bell,
      beforeRevoke: (partitions) => this.#commitBeforeRevoke(partitions),
    })
    this.#group.subscribe(topics, listener)
    return ok(undefined)
  }

  assign(partitions: readonly TopicPartition[]): Result<void> {
    if (this.#isClosed) return closed
    if (this.#group !== null) return failed("BAD_INPUT", "this consumer has subscribed; it cannot assign too")
    const wanted = new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)))
    this.#partitions.remove(this.#partitions.list.filter(({ topic, partition }) => !wanted.has(partitionKey(topic, partition))))
    this.#partitions.add(partitions)
    this.#bell.ring()
    return ok(undefined)
  }

  assignment(): TopicPartition[] {
    return this.#partitions.list
  }

  async poll(options: { timeoutMs?: number; maxRecords?: number; signal?: AbortSignal } = {}): Promise<Polled> {
    if (this.#isClosed) return { records: [], failures: [closed] }
    if (this.#isPolling)
      return { records: [], failures: [failed("BAD_INPUT", "poll is already running; call it again when it has answered")] }
    this.#isPolling = true
    try {
      return await this.#poll(options)
    } finally {
      this.#isPolling = false
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const item of partitions) this.#set(item, true)
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const item of partitions) this.#set(item, false)
    this.#bell.ring()
  }

  position(partition: TopicPartition): number | null {
    return this.#partitions.get(partition)?.position ?? null
  }

  seek(partition: TopicPartition, offset: number): Result<void> {
    const owned = this.#partitions.get(partition)
    if (owned === undefined) return notOwned(partition)
    if (!(Number.isSafeInteger(offset) && offset >= 0))
      return failed("BAD_INPUT", `offset ${offset} is not a whole number from 0 up`, "/offset")
    owned.moveTo(offset)
    this.#bell.ring()
    return ok(undefined)
  }

  async seekTo(partitions: readonly TopicPartition[], at: OffsetSpec): Promise<Result<number>[]> {
    const spec = checkOffsetSpec(at)
    if (!spec.ok) return partitions.map(() => spec)
    const { isolation } = this.#settings
    const found = await this.#offsets.list(
      partitions.map((partition) => ({ ...partition, at })),
      { isolation },
    )
    const late = partitions.filter((_, index) => isTooLate(found[index]))
    const ends = await this.#offsets.list(
      late.map((partition) => ({ ...partition, at: "latest" })),
      { isolation },
    )
    return partitions.map((partition, index) => {
      const listed = isTooLate(found[index]) ? ends[late.indexOf(partition)] : found[index]
      if (listed === undefined || !listed.ok) return listed ?? failed("BAD_ANSWER", "no offset was answered")
      const offset = listed.value.offset ?? 0
      const moved = this.seek(partition, offset)
      return moved.ok ? ok(offset) : moved
    })
  }

  async commit(offsets: readonly OffsetToCommit[] = this.#consumed()): Promise<(OffsetToCommit & { result: Result<void> })[]> {
    return this.#commit(offsets, undefined)
  }

  async committed(partitions: readonly TopicPartition[]): Promise<Result<CommittedOffset>[]> {
    const { groupId: group } = this.#settings
    if (group === null) return partitions.map(() => noGroup)
    const policy = this.#cluster.policy(undefined, { recover: (errors) => this.#cluster.recover(errors, { group }) })
    const answer = await retry(() => fetchOffsets(this.#cluster, { group, partitions }, this.#cluster.config.requestTimeoutMs), policy)
    if (!answer.ok) return partitions.map(() => answer)
    const byKey = new Map(answer.value.map(({ topic, partition, result }) => [partitionKey(topic, partition), result]))
    return partitions.map(
      ({ topic, partition }) =>
        byKey.get(partitionKey(topic, partition)) ?? failed("BAD_ANSWER", "the broker's answer leaves this partition out"),
    )
  }

  groupMetadata(): GroupMetadata | null {
    return this.#group?.metadata ?? null
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#bell.ring()
    if (this.#group === null) await this.#commitBeforeRevoke(this.#partitions.list)
    await this.#group?.close()
    this.#partitions.remove(this.#partitions.list)
    this.#fetcher.close()
    this.#cluster.closeLane(this.#commitLane)
    this.#onClosed()
  }

  async #poll({ timeoutMs = 1_000, maxRecords = this.#settings.maxPollRecords, signal }: PollOptions): Promise<Polled> {
    const { clock } = this.#cluster.config.ports
    const deadline = new Deadline(clock, timeoutMs)
    this.#autoCommit()
    await this.#letOthersRun()
    for (;;) {
      const failures = this.#commitFailures.splice(0)
      const group = await this.#advance(deadline)
      if (group !== null) failures.push(group)
      this.#positions.start()
      const records = this.#take(maxRecords)
      this.#fetcher.start()
      failures.push(...this.#positions.takeFailures(), ...this.#fetcher.takeFailures())
      const isDone = records.length > 0 || failures.length > 0 || deadline.isOver || signal?.aborted === true || this.#isClosed
      if (isDone) return { records, failures }
      await this.#bell.wait(clock, deadline.leftMs, signal)
    }
  }

  /** What ends the membership for good is told at once, and then by every poll at the end of its time: a loop around `poll` must not spin. */
  async #advance(deadline: Deadline): Promise<PartitionFailure | null> {
    const step = await this.#group?.advance()
    if (step === undefined || step.ok) {
      this.#toldFailure = null
      return null
    }
    const isNews = this.#toldFailure !== step.error
    this.#toldFailure = step.error
    return isNews || deadline.isOver ? { error: step.error } : null
  }

  /** With full buffers a loop around `poll` would never wait: timers of heartbeats need their turn all the same. */
  async #letOthersRun(): Promise<void> {
    const { clock } = this.#cluster.config.ports
    if (clock.monotonic() - this.#lastTurnMs < longestTurnMs) return
    await pause(clock, 0)
    this.#lastTurnMs = clock.monotonic()
  }

  #take(maxRecords: number): ConsumedRecord[] {
    const records: ConsumedRecord[] = []
    for (const owned of this.#partitions.all) {
      while (records.length < maxRecords && owned.isBuffered && !owned.isPaused) {
        const taken = owned.take(maxRecords - records.length)
        records.push(...taken.records)
        if (taken.failure === null) continue
        owned.isStopped = true
        if (!taken.failure.ok) this.#fetcher.report(owned, taken.failure.error)
      }
      if (records.length > 0) this.#partitions.rotate(owned)
      if (records.length >= maxRecords) break
    }
    return records
  }

  #set(partition: TopicPartition, isPaused: boolean): void {
    const owned = this.#partitions.get(partition)
    if (owned !== undefined) owned.isPaused = isPaused
  }

  /** Positions behind which everything was handed out. */
  #consumed(partitions: readonly TopicPartition[] = this.#partitions.list): OffsetToCommit[] {
    return partitions.flatMap((item) => {
      const owned = this.#partitions.get(item)
      if (owned === undefined || owned.position === null || owned.position === owned.committed) return []
      return [
        {
          topic: owned.topic,
          partition: owned.partition,
          offset: owned.position,
          leaderEpoch: owned.lastEpoch < 0 ? null : owned.lastEpoch,
        },
      ]
    })
  }

  async #commit(offsets: readonly OffsetToCommit[], timeoutMs: number | undefined): Promise<(OffsetToCommit & { result: Result<void> })[]> {
    const { groupId: group } = this.#settings
    if (group === null) return offsets.map((offset) => ({ ...offset, result: noGroup }))
    const member = this.#group?.metadata
    if (this.#group !== null && member == null) return offsets.map((offset) => ({ ...offset, result: noMember }))
    const results = await alterOffsets(this.#cluster, { group, offsets, member: member ?? undefined, lane: this.#commitLane, timeoutMs })
    return offsets.map((offset, index) => {
      const result = results[index] ?? failed("BAD_ANSWER", "the broker's answer leaves this partition out")
      const owned = this.#partitions.get(offset)
      if (result.ok && owned !== undefined) owned.committed = offset.offset
      return { ...offset, result }
    })
  }

  /** Records of the last poll count as processed when the next one comes. Not waited for; what failed is told by the next poll. */
  #autoCommit(): void {
    const { autoCommitIntervalMs } = this.#settings
    const nowMs = this.#cluster.config.ports.clock.monotonic()
    if (autoCommitIntervalMs === null || nowMs < this.#nextAutoCommitMs) return
    this.#nextAutoCommitMs = nowMs + autoCommitIntervalMs
    const offsets = this.#consumed()
    if (offsets.length === 0) return
    void this.#commit(offsets, revokeCommitTimeoutMs).then((commits) => {
      for (const { topic, partition, result } of commits)
        if (!result.ok) this.#commitFailures.push({ topic, partition, error: result.error })
    })
  }

  async #commitBeforeRevoke(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#settings.autoCommitIntervalMs === null) return
    const offsets = this.#consumed(partitions)
    if (offsets.length > 0) await this.#commit(offsets, revokeCommitTimeoutMs)
  }
}

type PollOptions = { timeoutMs?: number; maxRecords?: number; signal?: AbortSignal }

const closed = failed("CLOSED", "the consumer is closed")
const noGroup = failed("BAD_INPUT", "commits need a groupId")
const noMember = failed("NOT_A_MEMBER", "this consumer is in no generation of its group now")
const notOwned = ({ topic, partition }: TopicPartition) => failed("BAD_INPUT", `this consumer does not own ${topic}-${partition}`)
const isTooLate = (result: Result<{ offset: number | null }> | undefined): boolean => result?.ok === true && result.value.offset === null
