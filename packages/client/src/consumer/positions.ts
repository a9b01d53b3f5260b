/** Finds out where partitions without a position begin: at the group's commit, else by the reset policy at the leader. */
import { fetchOffsets } from "../admin/group-offsets.ts"
import { type OffsetQuery, OffsetsAdmin } from "../admin/offsets.ts"
import type { Bell } from "../bell.ts"
import type { Cluster } from "../cluster.ts"
import { failed, type ItemError } from "../errors.ts"
import { backoffMs } from "../retry.ts"
import { partitionKey } from "./assignors/assignor.ts"
import type { OwnedPartition, OwnedPartitions } from "./partitions.ts"
import type { ConsumerSettings } from "./settings.ts"
import type { PartitionFailure } from "./types.ts"

export class Positions {
  readonly #cluster: Cluster
  readonly #offsets: OffsetsAdmin
  readonly #partitions: OwnedPartitions
  readonly #settings: ConsumerSettings
  readonly #bell: Bell
  readonly #failures: PartitionFailure[] = []
  #isRunning = false
  #attempts = 0

  constructor(cluster: Cluster, parts: { partitions: OwnedPartitions; settings: ConsumerSettings; bell: Bell }) {
    this.#cluster = cluster
    this.#offsets = new OffsetsAdmin(cluster)
    this.#partitions = parts.partitions
    this.#settings = parts.settings
    this.#bell = parts.bell
  }

  takeFailures(): PartitionFailure[] {
    return this.#failures.splice(0)
  }

  /** Starts looking for what is missing; returns at once. */
  start(): void {
    const missing = this.#partitions.all.filter((owned) => owned.position === null && !owned.isStopped)
    if (this.#isRunning || missing.length === 0) return
    this.#isRunning = true
    void this.#find(missing).then((hasFailed) => {
      const { ports, firstBackoffMs, maxBackoffMs } = this.#cluster.config
      this.#attempts = hasFailed ? this.#attempts + 1 : 0
      const waitMs = hasFailed ? backoffMs(this.#attempts - 1, { firstBackoffMs, maxBackoffMs, random: ports.random }) : 0
      ports.clock.after(waitMs, () => {
        this.#isRunning = false
        this.#bell.ring()
      })
    })
  }

  async #find(missing: readonly OwnedPartition[]): Promise<boolean> {
    const byCommit = missing.filter(({ reset }) => reset === null)
    const hasFailed = byCommit.length > 0 && !(await this.#takeCommits(byCommit))
    const byReset = missing.filter((owned) => owned.reset !== null && this.#isStillMissing(owned))
    if (byReset.length === 0) return hasFailed
    return !(await this.#takeResets(byReset)) || hasFailed
  }

  /** Partitions without a commit get the reset policy. */
  async #takeCommits(missing: readonly OwnedPartition[]): Promise<boolean> {
    const { groupId: group } = this.#settings
    if (group === null) {
      for (const owned of missing) this.#begin(owned, null)
      return true
    }
    const answer = await fetchOffsets(this.#cluster, { group, partitions: missing }, this.#cluster.config.requestTimeoutMs)
    if (!answer.ok) {
      this.#cluster.recover([answer.error], { group })
      if (!answer.error.retriable) this.#failures.push({ error: answer.error })
      return false
    }
    const commits = new Map(answer.value.map((entry) => [partitionKey(entry.topic, entry.partition), entry.result]))
    let isComplete = true
    for (const owned of missing) {
      const commit = commits.get(partitionKey(owned.topic, owned.partition))
      if (commit?.ok === true) this.#begin(owned, commit.value.offset)
      else isComplete = this.#fail(owned, commit?.error ?? failed("BAD_ANSWER", "the broker's answer leaves this partition out").error)
    }
    return isComplete
  }

  #begin(owned: OwnedPartition, offset: number | null): void {
    if (!this.#isStillMissing(owned) || owned.reset !== null) return
    if (offset !== null) {
      owned.position = offset
      owned.committed = offset
    } else if (this.#settings.offsetReset !== "none") owned.reset = this.#settings.offsetReset
    else {
      owned.isStopped = true
      const message = `${owned.topic}-${owned.partition} has no committed offset, and the reset policy is none`
      this.#fail(owned, { code: "OFFSET_OUT_OF_RANGE", message, path: "", retriable: false })
    }
  }

  async #takeResets(missing: readonly OwnedPartition[]): Promise<boolean> {
    const queries = missing.map((owned): OffsetQuery => ({ topic: owned.topic, partition: owned.partition, at: owned.reset ?? "latest" }))
    const { isolation } = this.#settings
    const results = await this.#offsets.list(queries, { isolation, timeoutMs: this.#cluster.config.requestTimeoutMs })
    let isComplete = true
    missing.forEach((owned, index) => {
      const result = results[index]
      if (result === undefined || !this.#isStillMissing(owned) || owned.reset !== queries[index]?.at) return
      if (!result.ok) isComplete = this.#fail(owned, result.error)
      else if (result.value.offset !== null) owned.moveTo(result.value.offset)
      // Nothing is that late: begin with what comes next.
      else owned.reset = "latest"
    })
    return isComplete && missing.every(({ position }) => position !== null)
  }

  #isStillMissing(owned: OwnedPartition): boolean {
    return this.#partitions.has(owned) && owned.position === null
  }

  #fail({ topic, partition }: OwnedPartition, error: ItemError): false {
    this.#failures.push({ topic, partition, error })
    return false
  }
}
