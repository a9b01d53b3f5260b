/**
 * Fills the buffers of the owned partitions: at most one Fetch in flight per broker, for the partitions that have nothing buffered, within
 * one bound of bytes. An answer for a partition that moved meanwhile is dropped.
 */
import { BatchReader } from "../batch-reader.ts"
import type { Bell } from "../bell.ts"
import type { Cluster } from "../cluster.ts"
import { failed, type ItemError, type Result } from "../errors.ts"
import { type FetchedPartition, type FetchPartition, fetchPartitions } from "../fetch-request.ts"
import { type PartitionInfo, partitionOf, type TopicInfo } from "../metadata.ts"
import { backoffMs } from "../retry.ts"
import type { OwnedPartition, OwnedPartitions } from "./partitions.ts"
import type { ConsumerSettings } from "./settings.ts"
import type { PartitionFailure } from "./types.ts"

type Job = { owned: OwnedPartition; position: number; request: FetchPartition }

/** Errors that go away by asking for the leader again; they are worth telling only when they stay. */
const quietFailures = 5

export class Fetcher {
  readonly #cluster: Cluster
  readonly #partitions: OwnedPartitions
  readonly #settings: ConsumerSettings
  readonly #bell: Bell
  readonly #lane: string
  readonly #busyLeaders = new Set<number>()
  readonly #failures: PartitionFailure[] = []
  readonly #refreshing = new Set<string>()

  constructor(cluster: Cluster, parts: { partitions: OwnedPartitions; settings: ConsumerSettings; bell: Bell }) {
    this.#cluster = cluster
    this.#partitions = parts.partitions
    this.#settings = parts.settings
    this.#bell = parts.bell
    this.#lane = cluster.newLane("fetch")
  }

  /** What stood in the way since the last call. */
  takeFailures(): PartitionFailure[] {
    return this.#failures.splice(0)
  }

  report(owned: OwnedPartition, error: ItemError): void {
    this.#failures.push({ topic: owned.topic, partition: owned.partition, error })
  }

  /** Starts what can be started now; returns at once. */
  start(): void {
    const { clock } = this.#cluster.config.ports
    const room = this.#settings.maxBufferedBytes - this.#partitions.all.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0)
    if (room <= 0) return
    const jobs = new Map<number, Job[]>()
    for (const owned of this.#partitions.all) {
      if (!isHungry(owned)) continue
      if (owned.blockedUntilMs > clock.monotonic()) continue
      const info = this.#cluster.knownTopic(owned.topic)
      const partition = info === null ? undefined : partitionOf(info, owned.partition)
      if (info === null || partition === undefined || partition.leader === null) this.#refresh(owned)
      else if (!this.#busyLeaders.has(partition.leader)) {
        const list = jobs.get(partition.leader) ?? []
        list.push(this.#job(owned, info, partition))
        jobs.set(partition.leader, list)
      }
    }
    for (const [leader, list] of jobs) void this.#fetch(leader, list, room)
  }

  close(): void {
    this.#cluster.closeLane(this.#lane)
  }

  #job(owned: OwnedPartition, info: TopicInfo, { leaderEpoch }: PartitionInfo): Job {
    const position = owned.position ?? 0
    const request = {
      topic: owned.topic,
      topicId: info.id,
      partition: owned.partition,
      offset: position,
      leaderEpoch,
      lastFetchedEpoch: owned.lastEpoch,
      maxBytes: this.#settings.maxPartitionBytes,
    }
    return { owned, position, request }
  }

  async #fetch(leader: number, jobs: readonly Job[], room: number): Promise<void> {
    const { maxWaitMs, minFetchBytes, isolation } = this.#settings
    this.#busyLeaders.add(leader)
    for (const { owned } of jobs) owned.isFetching = true
    const results = await fetchPartitions(
      this.#cluster,
      jobs.map(({ request }) => request),
      {
        leader,
        lane: this.#lane,
        maxWaitMs,
        minBytes: minFetchBytes,
        maxBytes: room,
        isolation,
        timeoutMs: maxWaitMs + this.#cluster.config.requestTimeoutMs,
      },
    )
    this.#busyLeaders.delete(leader)
    jobs.forEach(({ owned, position }, index) => {
      owned.isFetching = false
      const result = results[index]
      if (result !== undefined && this.#partitions.has(owned) && owned.position === position) this.#arrive(owned, result)
    })
    this.#bell.ring()
  }

  #arrive(owned: OwnedPartition, result: Result<FetchedPartition>): void {
    if (!result.ok) {
      this.#fail(owned, result.error)
      return
    }
    owned.failures = 0
    const { divergence, records } = result.value
    if (divergence !== null) this.#truncated(owned, divergence.endOffset)
    else if (records.length > 0) {
      const { topic, partition, position } = owned
      const { isolation, maxDecompressedBytes } = this.#settings
      owned.fill(new BatchReader(result.value, { topic, partition, fromOffset: position ?? 0, isolation, maxDecompressedBytes }))
    }
  }

  #fail(owned: OwnedPartition, error: ItemError): void {
    const { clock, random } = this.#cluster.config.ports
    const { firstBackoffMs, maxBackoffMs } = this.#cluster.config
    if (error.code === "OFFSET_OUT_OF_RANGE") {
      if (this.#settings.offsetReset !== "none") owned.resetTo(this.#settings.offsetReset)
      else this.#stop(owned, error)
      return
    }
    owned.failures++
    owned.blockedUntilMs = clock.monotonic() + backoffMs(owned.failures - 1, { firstBackoffMs, maxBackoffMs, random })
    clock.after(owned.blockedUntilMs - clock.monotonic() + 1, () => this.#bell.ring())
    this.#cluster.recover([error], { topics: [owned.topic] })
    if (!error.retriable || owned.failures % quietFailures === 0) this.report(owned, error)
  }

  /** The records read last are gone from the log (an unclean election). Reported always; read on only where the caller chose a policy. */
  #truncated(owned: OwnedPartition, endOffset: number): void {
    const at = `${owned.topic}-${owned.partition}`
    const { error } = failed("LOG_TRUNCATED", `${at} was cut back to offset ${endOffset}, before the position ${owned.position}`)
    if (this.#settings.offsetReset === "none") this.#stop(owned, error)
    else {
      this.report(owned, error)
      owned.moveTo(endOffset)
    }
  }

  #stop(owned: OwnedPartition, error: ItemError): void {
    owned.isStopped = true
    this.report(owned, error)
  }

  #refresh(owned: OwnedPartition): void {
    const { topic } = owned
    if (this.#refreshing.has(topic)) return
    this.#refreshing.add(topic)
    void this.#cluster.topic(topic).then((info) => {
      this.#refreshing.delete(topic)
      const partition = info.ok ? partitionOf(info.value, owned.partition) : undefined
      if (!info.ok) this.#fail(owned, info.error)
      else if (partition === undefined) this.#fail(owned, failed("NO_LEADER", `topic ${topic} has no partition ${owned.partition}`).error)
      else if (partition.leader === null) {
        this.#cluster.markStale(topic)
        this.#fail(owned, failed("NO_LEADER", `${topic}-${owned.partition} has no leader`).error)
      }
      this.#bell.ring()
    })
  }
}

function isHungry(owned: OwnedPartition): boolean {
  return !(owned.isPaused || owned.isStopped || owned.isFetching || owned.isBuffered) && owned.position !== null
}
