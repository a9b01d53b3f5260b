// Committed offsets in memory, by group, topic and partition. A value gets here only once it is durable in `__consumer_offsets`; the
// coordinator sees to that. Plain data with look-ups: no log, no timers.

export interface OffsetKey {
  readonly groupId: string
  readonly topic: string
  readonly partition: number
}

export interface CommittedOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly committedMs: number
  /** Whose offset it is: a topic that comes back under the same name has another id and no offsets. */
  readonly topicId: string
  /** Rises with the order of writing: of two values for one key the later one counts, whichever is heard of last. */
  readonly order: number
}

type Partitions = Map<number, CommittedOffset>
type Topics = Map<string, Partitions>

export class OffsetStore {
  readonly #groups = new Map<string, Topics>()

  set({ groupId, topic, partition }: OffsetKey, value: CommittedOffset): void {
    const topics = childOf<string, Topics>(this.#groups, groupId, () => new Map())
    const partitions = childOf<string, Partitions>(topics, topic, () => new Map())
    if ((partitions.get(partition)?.order ?? -1) <= value.order) partitions.set(partition, value)
  }

  delete({ groupId, topic, partition }: OffsetKey): void {
    const topics = this.#groups.get(groupId)
    const partitions = topics?.get(topic)
    partitions?.delete(partition)
    if (partitions?.size === 0) topics?.delete(topic)
    if (topics?.size === 0) this.#groups.delete(groupId)
  }

  get({ groupId, topic, partition }: OffsetKey): CommittedOffset | undefined {
    return this.#groups.get(groupId)?.get(topic)?.get(partition)
  }

  hasAny(groupId: string): boolean {
    return this.#groups.has(groupId)
  }

  groupIds(): Iterable<string> {
    return this.#groups.keys()
  }

  /** Everything a group has committed. */
  *of(groupId: string): Generator<[OffsetKey, CommittedOffset]> {
    for (const [topic, partitions] of this.#groups.get(groupId) ?? []) {
      for (const [partition, value] of partitions) yield [{ groupId, topic, partition }, value]
    }
  }

  /** Everything that any group has committed for a topic. */
  *ofTopic(topic: string): Generator<[OffsetKey, CommittedOffset]> {
    for (const [groupId, topics] of this.#groups) {
      for (const [partition, value] of topics.get(topic) ?? []) yield [{ groupId, topic, partition }, value]
    }
  }

  *all(): Generator<[OffsetKey, CommittedOffset]> {
    for (const groupId of this.#groups.keys()) yield* this.of(groupId)
  }
}

function childOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const made = make()
  map.set(key, made)
  return made
}
