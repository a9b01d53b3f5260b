// Runs groups of the newer protocol (KIP-848): the one current value of each, which is never ahead of `__consumer_offsets`; one change at a
// time and group; sessions and the time that members have to give partitions up.
import { isBrokerError } from "../errors.ts"
import type { InternalLog, LogRecord } from "../internal-log.ts"
import type { Clock, Logger, Random } from "../ports.ts"
import { failure, onConsumerHeartbeat, withoutMember } from "./consumer.ts"
import { ConsumerReplay, changedRecords } from "./consumer-records.ts"
import {
  type ConsumerGroup,
  type ConsumerHeartbeat,
  type ConsumerReply,
  type ConsumerRules,
  emptyConsumerGroup,
  epochs,
} from "./consumer-state.ts"
import { Sessions } from "./sessions.ts"

export type ConsumerSettings = Omit<ConsumerRules, "nowMs" | "maySee"> & {
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
}

export interface ConsumerGroupsOptions {
  readonly log: InternalLog
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Read anew for every event: configs and topics may change. */
  readonly rules: (groupId: string) => ConsumerSettings
}

interface Entry {
  group: ConsumerGroup
  isStored: boolean
  /** Ends with the last change that is under way; null while there is none. */
  busy: Promise<void> | null
  /** Changes that are under way or wait for their turn. */
  changes: number
  readonly sessions: Sessions
  readonly revocations: Sessions
}

/** What the older protocol has under the same name: whether somebody uses it, and how to take it away. */
export interface OlderGroups {
  isInUse(groupId: string): boolean
  forget(groupId: string): LogRecord | null
}

interface Outcome<T> {
  readonly group: ConsumerGroup
  readonly result: T
}

export class ConsumerGroups {
  readonly replay = new ConsumerReplay()
  readonly #options: ConsumerGroupsOptions
  readonly #older: OlderGroups
  readonly #entries = new Map<string, Entry>()
  #isStopped = false

  constructor(options: ConsumerGroupsOptions, older: OlderGroups) {
    this.#options = options
    this.#older = older
  }

  /** After the replay: every member has one full session timeout. */
  resume(isOlder: (groupId: string) => boolean): void {
    for (const group of this.replay.groups()) {
      // The last thing that happened to it was the change of its type.
      if (group.members.size === 0 && isOlder(group.groupId)) continue
      const entry = this.#add(group)
      entry.isStored = true
      const { sessionTimeoutMs } = this.#options.rules(group.groupId)
      for (const member of group.members.values()) {
        entry.sessions.set(member.memberId, sessionTimeoutMs)
        if (member.state === "unrevoked") entry.revocations.set(member.memberId, member.rebalanceTimeoutMs)
      }
    }
  }

  get(groupId: string): ConsumerGroup | undefined {
    const entry = this.#entries.get(groupId)
    return entry?.isStored ? entry.group : undefined
  }

  /** Those that are stored. */
  *all(): Generator<ConsumerGroup> {
    for (const { group, isStored } of this.#entries.values()) if (isStored) yield group
  }

  /** Whether members of it are there or about to be. */
  isInUse(groupId: string): boolean {
    const entry = this.#entries.get(groupId)
    return entry !== undefined && (entry.group.members.size > 0 || entry.changes > 0)
  }

  settings(groupId: string): ConsumerSettings {
    return this.#options.rules(groupId)
  }

  async heartbeat(groupId: string, request: ConsumerHeartbeat, maySee: ConsumerRules["maySee"]): Promise<ConsumerReply> {
    if (groupId === "") return failure("INVALID_REQUEST", "a group needs a name")
    if (this.#isStopped) return failure("COORDINATOR_NOT_AVAILABLE")
    if (this.#older.isInUse(groupId)) return failure("GROUP_ID_NOT_FOUND", "the group has members of the older protocol")
    const known = this.#entries.get(groupId)
    if (!known && request.epoch !== epochs.join) return failure("GROUP_ID_NOT_FOUND", "there is no such group")
    const entry = known ?? this.#add(emptyConsumerGroup(groupId, this.#options.clock.wall()))
    const reply = await this.#change(entry, (group): Outcome<ConsumerReply> => {
      const [next, result] = onConsumerHeartbeat(group, request, this.#rules(groupId, maySee))
      return { group: next, result }
    })
    if (!entry.isStored && entry.changes === 0 && this.#entries.get(groupId) === entry) this.#entries.delete(groupId)
    if (!reply) return failure("COORDINATOR_NOT_AVAILABLE")
    if (reply.error === "NONE" && request.epoch !== epochs.leave) this.touch(groupId, request.memberId)
    return reply
  }

  /** Whoever is heard of lives. */
  touch(groupId: string, memberId: string): void {
    const entry = this.#entries.get(groupId)
    if (!this.#isStopped && entry?.group.members.has(memberId)) entry.sessions.set(memberId, this.#options.rules(groupId).sessionTimeoutMs)
  }

  /** Takes a group without members out of memory. Answers what has to be written for it. */
  forget(groupId: string): LogRecord[] {
    const entry = this.#entries.get(groupId)
    if (!entry || this.isInUse(groupId)) return []
    this.#stopTimers(entry)
    this.#entries.delete(groupId)
    return entry.isStored ? changedRecords(groupId, entry.group, null) : []
  }

  stop(): void {
    this.#isStopped = true
    for (const entry of this.#entries.values()) this.#stopTimers(entry)
  }

  freshMemberId(): string {
    return Buffer.from(this.#options.random.bytes(16)).toString("base64url")
  }

  #add(group: ConsumerGroup): Entry {
    const sessions: Sessions = new Sessions(this.#options.clock, (memberId) => {
      // A heartbeat that was waiting for the disk may have come first.
      void this.#remove(entry, memberId, () => !sessions.has(memberId))
    })
    const revocations: Sessions = new Sessions(this.#options.clock, (memberId) => {
      void this.#remove(entry, memberId, (found) => found.members.get(memberId)?.state === "unrevoked" && !revocations.has(memberId))
    })
    const entry: Entry = { group, isStored: false, busy: null, changes: 0, sessions, revocations }
    this.#entries.set(group.groupId, entry)
    return entry
  }

  async #remove(entry: Entry, memberId: string, isDue: (group: ConsumerGroup) => boolean): Promise<void> {
    if (this.#isStopped) return
    const isDone = await this.#change(entry, (group) => {
      const next = isDue(group)
        ? withoutMember(
            group,
            memberId,
            this.#rules(group.groupId, () => true),
          )
        : group
      return { group: next, result: true }
    })
    if (!isDone) this.touch(entry.group.groupId, memberId)
  }

  async #change<T>(entry: Entry, step: (group: ConsumerGroup) => Outcome<T>): Promise<T | null> {
    entry.changes += 1
    try {
      while (entry.busy) await entry.busy
      return await this.#changeNow(entry, step)
    } finally {
      entry.changes -= 1
    }
  }

  /** Null when it could not be stored; nothing has changed then. */
  async #changeNow<T>(entry: Entry, step: (group: ConsumerGroup) => Outcome<T>): Promise<T | null> {
    const before = entry.group
    const { group: after, result } = step(before)
    if (after === before) return result
    const records = this.#recordsOf(entry, after)
    if (records.length === 0) {
      entry.group = after
      return result
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    entry.busy = promise
    try {
      await this.#options.log.append(records)
      entry.group = after
      entry.isStored = true
      this.#watch(entry, before)
      return result
    } catch (error) {
      if (!isBrokerError(error)) throw error
      this.#options.logger.warn({ groupId: before.groupId, reason: String(error) }, "the state of a group could not be stored")
      return null
    } finally {
      entry.busy = null
      resolve()
    }
  }

  #recordsOf(entry: Entry, after: ConsumerGroup): LogRecord[] {
    const { groupId } = after
    if (entry.isStored) return changedRecords(groupId, entry.group, after)
    const older = this.#older.forget(groupId)
    return [...(older ? [older] : []), ...changedRecords(groupId, null, after)]
  }

  /** Timers follow what has changed. */
  #watch({ group, sessions, revocations }: Entry, before: ConsumerGroup): void {
    if (this.#isStopped) return
    for (const memberId of before.members.keys()) {
      if (group.members.has(memberId)) continue
      sessions.set(memberId, null)
      revocations.set(memberId, null)
    }
    for (const member of group.members.values()) {
      const known = before.members.get(member.memberId)
      if (known === member) continue
      if (member.state !== "unrevoked") revocations.set(member.memberId, null)
      else if (known?.state !== "unrevoked" || known.epoch !== member.epoch) {
        revocations.set(member.memberId, member.rebalanceTimeoutMs)
      }
    }
  }

  #rules(groupId: string, maySee: ConsumerRules["maySee"]): ConsumerRules {
    return { ...this.#options.rules(groupId), nowMs: this.#options.clock.wall(), maySee }
  }

  #stopTimers({ sessions, revocations }: Entry): void {
    sessions.stop()
    revocations.stop()
  }
}
