// One cluster over the Kafka protocol: what was read last, and when. Everybody who asks shares one client, one budget and one set of snapshots.
import type { Client } from "@rivven/client"
import type { Clock } from "../../ports.ts"
import { Budget, type BudgetLimits, clusterBudget, type Priority } from "./budget.ts"
import { type GroupLag, lagOf, type WrittenAt } from "./lag.ts"
import { type Asking, loadGroups, loadMetadata, loadOffsets, loadSizes } from "./load.ts"
import { OffsetHistory } from "./offset-history.ts"
import { type Read, Reading } from "./reading.ts"
import { RecordTimes } from "./record-times.ts"
import type { GroupsSnapshot, MetadataSnapshot, OffsetsSnapshot, SizesSnapshot } from "./snapshots.ts"
import { TopicConfigs } from "./topic-configs.ts"

export interface BrokerSourceOptions {
  cluster: string
  client: Client
  clock: Clock
  limits?: BudgetLimits
}

/** Up to this age a page takes what is there; what is large is read less often. */
export function pageAgeMs(topics: number): number {
  if (topics <= 1_000) return 5_000
  return topics <= 10_000 ? 15_000 : 30_000
}

const sizesAgeMs = 15_000

export class BrokerSource {
  readonly cluster: string
  readonly client: Client
  readonly budget: Budget
  readonly configs: TopicConfigs
  readonly history = new OffsetHistory()
  readonly #clock: Clock
  readonly #recordTimes = new RecordTimes()
  readonly #metadata: Reading<MetadataSnapshot>
  readonly #offsets: Reading<OffsetsSnapshot>
  readonly #sizes: Reading<SizesSnapshot>
  readonly #groups: Reading<GroupsSnapshot>
  readonly #newest = new Map<string, { key: string; time: number }>()
  #priority: Priority = "sampler"

  constructor({ cluster, client, clock, limits = clusterBudget }: BrokerSourceOptions) {
    this.cluster = cluster
    this.client = client
    this.budget = new Budget(clock, limits)
    this.#clock = clock
    this.configs = new TopicConfigs({ client, budget: this.budget, clock })
    this.#metadata = new Reading(clock, () => loadMetadata(this.#asking()))
    this.#offsets = new Reading(clock, () => this.#loadOffsets())
    this.#sizes = new Reading(clock, () => loadSizes(this.#asking()))
    this.#groups = new Reading(clock, () => loadGroups(this.#asking()))
  }

  metadata(options: AgeOptions = {}): Promise<Read<MetadataSnapshot>> {
    return this.#read(this.#metadata, options)
  }

  offsets(options: AgeOptions = {}): Promise<Read<OffsetsSnapshot>> {
    return this.#read(this.#offsets, options)
  }

  sizes(options: AgeOptions = {}): Promise<Read<SizesSnapshot>> {
    return this.#read(this.#sizes, { maxAgeMs: Math.max(sizesAgeMs, this.#pageAgeMs()), ...options })
  }

  groups(options: AgeOptions = {}): Promise<Read<GroupsSnapshot>> {
    return this.#read(this.#groups, options)
  }

  /** What is known without asking. */
  peek() {
    return { metadata: this.#metadata.peek(), offsets: this.#offsets.peek(), sizes: this.#sizes.peek(), groups: this.#groups.peek() }
  }

  /** Lag of all groups, from what is known now. */
  lags(): Map<string, GroupLag> {
    const { groups, offsets } = this.peek()
    const time = { nowMs: this.#clock.wall(), writtenAt: this.#writtenAt }
    return new Map([...(groups.value?.groups ?? [])].map(([id, group]) => [id, lagOf(group, offsets.value, time)]))
  }

  lag(group: string): GroupLag | undefined {
    const { groups, offsets } = this.peek()
    const snapshot = groups.value?.groups.get(group)
    return snapshot && lagOf(snapshot, offsets.value, { nowMs: this.#clock.wall(), writtenAt: this.#writtenAt })
  }

  /** Asks the broker for the age of unread records that were written before anybody looked. */
  async resolveRecordTimes(): Promise<void> {
    const positions = [...this.lags().values()]
      .flatMap(({ partitions }) => partitions)
      .filter(({ lagSeconds, lagRecords }) => lagSeconds === null && (lagRecords ?? 0) > 0)
      .map(({ topic, partition, committed, start }) => ({ topic, partition, offset: Math.max(committed ?? 0, start ?? 0) }))
    if (positions.length > 0) await this.#recordTimes.resolve(this, positions)
  }

  /** Time of the newest record in some partitions; null when it could not be read. Asked again only when a partition grew. */
  async newestRecord(topic: string, partitions: readonly number[]): Promise<number | null> {
    const ends = this.#offsets.peek().value?.topics.get(topic) ?? []
    const key = partitions.map((partition) => `${partition}@${ends[partition]?.end}`).join()
    const known = this.#newest.get(topic)
    if (known?.key === key) return known.time
    const queries = partitions.map((partition) => ({ topic, partition, at: "max-timestamp" as const }))
    const results = await this.budget.run("page", 1, () => this.client.admin.offsets.list(queries, { timeoutMs: 5_000 }))
    const times = results.flatMap((result) => (result.ok && result.value.timestamp !== null ? [result.value.timestamp] : []))
    const time = times.length === 0 ? null : Math.max(...times)
    if (time !== null) this.#newest.set(topic, { key, time })
    return time
  }

  /** A topic was changed, or anything may have been: whoever asks next gets what the broker says now. */
  invalidate(topic?: string): void {
    for (const reading of [this.#metadata, this.#offsets, this.#sizes]) reading.invalidate()
    if (topic === undefined) this.#groups.invalidate()
    else this.configs.invalidate(topic)
  }

  close(): Promise<void> {
    return this.client.close()
  }

  readonly #writtenAt: WrittenAt = (topic, partition, offset) =>
    this.history.writtenAt(topic, partition, offset) ?? this.#recordTimes.get({ topic, partition, offset })

  #pageAgeMs(): number {
    return pageAgeMs(this.#metadata.peek().value?.topics.size ?? 0)
  }

  #asking(): Asking {
    return { client: this.client, budget: this.budget, priority: this.#priority }
  }

  #read<T>(reading: Reading<T>, { maxAgeMs = this.#pageAgeMs(), priority = "page" }: AgeOptions): Promise<Read<T>> {
    this.#priority = priority
    return reading.read(maxAgeMs)
  }

  async #loadOffsets() {
    const metadata = await this.#metadata.read(this.#pageAgeMs())
    if (!metadata.value || metadata.failure)
      return { ok: false as const, error: metadata.failure ?? { code: "NOT_READ", message: "the topics are not known" } }
    const loaded = await loadOffsets(this.#asking(), metadata.value)
    if (loaded.ok) this.#remember(loaded.value)
    return loaded
  }

  #remember({ topics }: OffsetsSnapshot): void {
    const at = this.#clock.wall()
    this.history.keepOnly((topic) => topics.has(topic))
    for (const topic of this.#newest.keys()) if (!topics.has(topic)) this.#newest.delete(topic)
    for (const [topic, partitions] of topics)
      for (const [partition, { end }] of partitions.entries()) if (end !== null) this.history.record(topic, partition, { at, end })
  }
}

export interface AgeOptions {
  maxAgeMs?: number
  priority?: Priority
}
