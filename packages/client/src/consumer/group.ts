/**
 * This consumer's membership in a classic group. It owns the member id, the generation and the phase:
 *
 *   out ──► joining (in the background) ──► assigned, to be applied ──► stable ──► (told to, or wants to) out
 *
 * Partitions change hands and listeners run only inside `advance`, which `poll` calls: while the caller works on records nothing is taken
 * away behind its back. Heartbeats go on all the time beside it, so a slow caller loses nothing until `maxPollIntervalMs`.
 */
import type { Bell } from "../bell.ts"
import type { Cluster } from "../cluster.ts"
import { type ItemError, ok, type Result } from "../errors.ts"
import type { Cancel } from "../ports.ts"
import { partitionKey, type TopicPartition } from "./assignors/assignor.ts"
import { leave, type Membership } from "./group-requests.ts"
import { Heartbeats } from "./heartbeats.ts"
import { isCooperative, joinRound, type RoundOutcome, withoutIdentity } from "./join-round.ts"
import type { OwnedPartitions } from "./partitions.ts"
import type { ConsumerSettings } from "./settings.ts"
import type { GroupMetadata, RebalanceListener } from "./types.ts"

export type GroupParts = {
  settings: ConsumerSettings & { groupId: string }
  partitions: OwnedPartitions
  bell: Bell
  /** The last chance to commit positions of partitions that are about to go. */
  beforeRevoke(partitions: readonly TopicPartition[]): Promise<void>
}

const leaveTimeoutMs = 5_000
/** Subscribed topics that do not exist are looked for this often. */
const missingTopicCheckMs = 5_000

export class Group {
  readonly #cluster: Cluster
  readonly #parts: GroupParts
  readonly #lane: string
  readonly #heartbeats: Heartbeats
  readonly #closing = new AbortController()
  #topics: readonly string[] = []
  #listener: RebalanceListener = {}
  #member: Membership
  /** Let in and not on the way out: heartbeats make sense. While it joins again, the join itself keeps it alive. */
  #isMember = false
  #mustRejoin = true
  #isLost = false
  #reason = "joins for the first time"
  #isJoining = false
  #outcome: RoundOutcome | null = null
  #failure: ItemError | null = null
  #lastPollMs: number
  #counts: ReadonlyMap<string, number> | null = null
  #cancelCheck: Cancel = () => {}

  constructor(cluster: Cluster, parts: GroupParts) {
    const { settings } = parts
    this.#cluster = cluster
    this.#parts = parts
    this.#lane = cluster.newLane("group")
    this.#member = { groupId: settings.groupId, instanceId: settings.instanceId, memberId: "", generation: -1 }
    this.#lastPollMs = this.#now
    this.#heartbeats = new Heartbeats(cluster, {
      intervalMs: settings.heartbeatIntervalMs,
      sessionTimeoutMs: settings.sessionTimeoutMs,
      member: () => (this.#isMember ? this.#member : null),
      mayBeat: () => this.#isPolled(),
      onError: (error, member) => this.#missedBeat(error, member),
    })
  }

  /** `null` while this consumer is in no generation: commits would be refused. */
  get metadata(): GroupMetadata | null {
    return this.#member.generation >= 0 && !this.#isLost ? { ...this.#member } : null
  }

  subscribe(topics: readonly string[], listener: RebalanceListener): void {
    this.#topics = [...new Set(topics)].sort()
    this.#listener = listener
    this.#failure = null
    this.#rejoin("changed its subscription")
  }

  /** Takes the next step that can be taken now. Answers what stands in the way for good. */
  async advance(): Promise<Result<void>> {
    this.#lastPollMs = this.#now
    if (this.#failure !== null) return { ok: false, error: this.#failure }
    if (this.#outcome !== null) await this.#apply(this.#outcome)
    if (this.#isLost) await this.#loseAll()
    if (this.#mustRejoin && !this.#isJoining && this.#failure === null) await this.#startJoining()
    return this.#failure === null ? ok(undefined) : { ok: false, error: this.#failure }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#cancelCheck()
    const owned = this.#parts.partitions.list
    if (this.metadata !== null && owned.length > 0) await this.#revoke(owned)
    this.#heartbeats.close()
    // A static member comes back under its name; leaving would give its partitions away.
    if (this.#member.memberId !== "" && this.#member.instanceId === null) await this.#leave("the consumer is closed")
    this.#isMember = false
    this.#cluster.closeLane(this.#lane)
  }

  get #now(): number {
    return this.#cluster.config.ports.clock.monotonic()
  }

  #rejoin(reason: string): void {
    this.#mustRejoin = true
    this.#reason = reason
    this.#parts.bell.ring()
  }

  /** Before joining: an eager member gives up everything, a cooperative one only what it does not subscribe to any more. */
  async #startJoining(): Promise<void> {
    const { partitions, settings } = this.#parts
    const isKeeping = isCooperative(settings.assignors)
    const leaving = isKeeping ? partitions.list.filter(({ topic }) => !this.#topics.includes(topic)) : partitions.list
    if (leaving.length > 0) await this.#revoke(leaving)
    if (this.#isLost) return
    this.#mustRejoin = false
    this.#isJoining = true
    this.#isMember = false
    const { signal } = this.#closing
    const about = { topics: this.#topics, owned: partitions.list, settings, reason: this.#reason }
    // Known at once, so that a close in the middle of the join can still say who leaves.
    const onMemberId = (memberId: string) => {
      this.#member = { ...this.#member, memberId }
    }
    void joinRound(this.#cluster, { ...about, member: this.#member, lane: this.#lane, signal, onMemberId }).then((outcome) => {
      this.#isJoining = false
      this.#member = outcome.member
      this.#outcome = outcome
      if (outcome.kind === "assigned" && !signal.aborted) {
        this.#isMember = true
        this.#heartbeats.start()
      }
      this.#parts.bell.ring()
    })
  }

  async #apply(outcome: RoundOutcome): Promise<void> {
    this.#outcome = null
    if (outcome.kind === "lost") this.#lose("is not known to the group any more")
    else if (outcome.kind === "again") this.#rejoin(`tries again after ${outcome.error.code}`)
    else if (outcome.kind === "failed") this.#failure = outcome.error
    else await this.#take(outcome.assigned, outcome.counts)
  }

  async #take(assigned: readonly TopicPartition[], counts: ReadonlyMap<string, number> | null): Promise<void> {
    const { partitions } = this.#parts
    const wanted = new Set(assigned.map(({ topic, partition }) => partitionKey(topic, partition)))
    const gone = partitions.list.filter(({ topic, partition }) => !wanted.has(partitionKey(topic, partition)))
    const added = assigned.filter((item) => partitions.get(item) === undefined)
    this.#counts = counts
    this.#watchTopics()
    if (gone.length > 0) {
      await this.#revoke(gone)
      // Only now may the others have them: the next round hands them out.
      this.#rejoin("gave partitions back")
    }
    partitions.add(added)
    if (added.length > 0) await this.#listener.onAssigned?.(added)
  }

  async #revoke(leaving: readonly TopicPartition[]): Promise<void> {
    await this.#parts.beforeRevoke(leaving)
    await this.#listener.onRevoked?.(leaving)
    this.#parts.partitions.remove(leaving)
  }

  #lose(reason: string): void {
    this.#isMember = false
    this.#isLost = true
    this.#outcome = null
    this.#member = withoutIdentity(this.#member)
    this.#rejoin(reason)
  }

  async #loseAll(): Promise<void> {
    this.#isLost = false
    const owned = this.#parts.partitions.list
    this.#parts.partitions.remove(owned)
    if (owned.length > 0) await this.#listener.onLost?.(owned)
  }

  #missedBeat(error: ItemError, member: Membership): void {
    this.#cluster.recover([error], { group: member.groupId })
    const isCurrent = this.#isMember && member.generation === this.#member.generation && member.memberId === this.#member.memberId
    if (!isCurrent) return
    if (error.code === "REBALANCE_IN_PROGRESS") this.#rejoin("the group rebalances")
    else if (error.code === "UNKNOWN_MEMBER_ID" || error.code === "ILLEGAL_GENERATION") this.#lose(`was answered ${error.code}`)
    else if (!error.retriable) {
      this.#isMember = false
      this.#isLost = true
      this.#failure = error
      this.#parts.bell.ring()
    }
  }

  /** A caller that does not poll must not keep partitions from the others. */
  #isPolled(): boolean {
    const { maxPollIntervalMs } = this.#parts.settings
    if (this.#now - this.#lastPollMs <= maxPollIntervalMs) return true
    if (this.#isMember && this.#member.instanceId === null) void this.#leave(`did not poll for ${maxPollIntervalMs} ms`)
    if (this.#isMember) this.#lose(`did not poll for ${maxPollIntervalMs} ms`)
    return false
  }

  async #leave(reason: string): Promise<void> {
    const member = this.#member
    this.#member = withoutIdentity(member)
    // Not on the lane of joins, where an answer may be long in coming.
    await leave(this.#cluster, member, { timeoutMs: leaveTimeoutMs, reason })
  }

  /** The leader starts a rebalance when a topic grew, appeared or went. */
  #watchTopics(): void {
    this.#cancelCheck()
    const counts = this.#counts
    if (counts === null) return
    const isMissing = [...counts.values()].includes(0)
    const { metadataMaxAgeMs, ports } = this.#cluster.config
    const waitMs = isMissing ? Math.min(missingTopicCheckMs, metadataMaxAgeMs) : metadataMaxAgeMs
    this.#cancelCheck = ports.clock.after(waitMs, () => void this.#compareTopics(counts))
  }

  async #compareTopics(counts: ReadonlyMap<string, number>): Promise<void> {
    const metadata = await this.#cluster.refresh([...counts.keys()])
    if (this.#counts !== counts || this.#closing.signal.aborted) return
    const hasChanged =
      metadata.ok && [...counts].some(([topic, count]) => count !== (metadata.value.topics.get(topic)?.info?.partitions.length ?? 0))
    if (hasChanged) this.#rejoin("the partitions of its topics changed")
    else this.#watchTopics()
  }
}
