// Runs groups: keeps the one current state of each, feeds events to the pure transitions and carries their effects out. Owns timers,
// open requests and `__consumer_offsets`. Everything here happens on one event loop; an answer that depends on a write waits for the disk.
import type { InternalLog, LogRecord, ReplayedRecord } from "../internal-log.ts"
import type { Cancel, Clock, Logger, Random } from "../ports.ts"
import { transition } from "./classic.ts"
import { ConsumerGroups, type ConsumerSettings } from "./consumer-groups.ts"
import { decodeStored, encodeGroup, type StoredRecord } from "./group-records.ts"
import { mayCreateGroup } from "./join.ts"
import { OffsetStore } from "./offsets.ts"
import { joinFailure, syncFailure } from "./rebalance.ts"
import { Sessions } from "./sessions.ts"
import {
  type ClassicGroup,
  emptyGroup,
  type GroupEffect,
  type GroupError,
  type GroupEvent,
  type GroupReply,
  type GroupRules,
  type HeartbeatEvent,
  type HeartbeatReply,
  type JoinEvent,
  type JoinReply,
  type LeaveEvent,
  type LeaveReply,
  type SyncEvent,
  type SyncReply,
  type Ticket,
} from "./state.ts"
import { TransactionalOffsets } from "./transactional-offsets.ts"

interface Entry {
  group: ClassicGroup
  readonly sessions: Sessions
  readonly timers: { join: Cancel; sync: Cancel }
  /** Whether `__consumer_offsets` has a record of this group's state. */
  isStored: boolean
}

export interface CoordinatorOptions {
  readonly log: InternalLog
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Read anew for every event: the configs may change. */
  readonly rules: () => Omit<GroupRules, "nowMs">
  /** The id of an existing topic. Offsets of others are left behind in a replay. */
  readonly topicId: (name: string) => string | undefined
  readonly consumerRules: (groupId: string) => ConsumerSettings
}

type Request<E extends GroupEvent> = Omit<E, "kind" | "ticket">

export class GroupCoordinator {
  readonly offsets = new OffsetStore()
  readonly transactionalOffsets = new TransactionalOffsets()
  /** Groups of the newer protocol; a name belongs to one protocol at a time. */
  readonly consumers: ConsumerGroups
  readonly #options: CoordinatorOptions
  readonly #entries = new Map<string, Entry>()
  readonly #open = new Map<Ticket, (reply: GroupReply) => void>()
  #nextTicket: Ticket = 1
  #isStopped = false
  #nextOrder = 0

  private constructor(options: CoordinatorOptions) {
    this.#options = options
    this.consumers = new ConsumerGroups(
      { ...options, rules: options.consumerRules },
      { isInUse: (groupId) => this.#isInUse(groupId), forget: (groupId) => this.forget(groupId) },
    )
  }

  /** Replays the log: groups go on where they were, and every member gets one full session timeout. */
  static async open(options: CoordinatorOptions): Promise<GroupCoordinator> {
    const coordinator = new GroupCoordinator(options)
    const groups = new Map<string, ClassicGroup>()
    await options.log.replay(
      (record) => coordinator.#replay(record, groups),
      ({ producerId, isCommit }) =>
        coordinator.transactionalOffsets.end(producerId, isCommit, { store: coordinator.offsets, isThere: () => true }),
    )
    coordinator.#nextOrder = options.log.endOffset
    for (const group of groups.values()) coordinator.#resume(group)
    coordinator.consumers.resume((groupId) => groups.has(groupId))
    return coordinator
  }

  /** For the next committed offset; see `CommittedOffset`. */
  nextOrder(): number {
    return this.#nextOrder++
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#entries.get(groupId)?.group
  }

  /** Groups with members or a stored state; those that only have offsets are in `offsets`. */
  groups(): Iterable<ClassicGroup> {
    return this.#entries.values().map((entry) => entry.group)
  }

  join(groupId: string, request: Omit<Request<JoinEvent>, "freshMemberId">): Promise<JoinReply> {
    if (groupId === "") return Promise.resolve(joinFailure("INVALID_GROUP_ID", request.memberId))
    if (this.consumers.isInUse(groupId)) return Promise.resolve(joinFailure("INCONSISTENT_GROUP_PROTOCOL", request.memberId))
    if (!mayCreateGroup(request, this.group(groupId))) return Promise.resolve(joinFailure("UNKNOWN_MEMBER_ID", request.memberId))
    this.#takeOver(groupId)
    const freshMemberId = `${request.instanceId ?? request.clientId}-${this.#uuid()}`
    return this.#ask<JoinReply>(this.#entryOf(groupId), (ticket) => ({ kind: "join", ...request, freshMemberId, ticket }))
  }

  async sync(groupId: string, request: Request<SyncEvent>): Promise<SyncReply> {
    const entry = this.#entries.get(groupId)
    if (!entry) return syncFailure(missing(groupId))
    return this.#ask<SyncReply>(entry, (ticket) => ({ kind: "sync", ...request, ticket }))
  }

  async heartbeat(groupId: string, request: Request<HeartbeatEvent>): Promise<GroupError> {
    const entry = this.#entries.get(groupId)
    if (!entry) return missing(groupId)
    return (await this.#ask<HeartbeatReply>(entry, (ticket) => ({ kind: "heartbeat", ...request, ticket }))).error
  }

  async leave(groupId: string, request: Request<LeaveEvent>): Promise<LeaveReply> {
    const entry = this.#entries.get(groupId)
    if (!entry) return { kind: "leave", error: missing(groupId), members: [] }
    return this.#ask<LeaveReply>(entry, (ticket) => ({ kind: "leave", ...request, ticket }))
  }

  /** A commit proves that its member lives. */
  touch(groupId: string, memberId: string): void {
    const entry = this.#entries.get(groupId)
    const member = entry?.group.members.get(memberId)
    if (entry && member && member.joinTicket === null && member.syncTicket === null) entry.sessions.set(memberId, member.sessionTimeoutMs)
  }

  /** The write is under way when this returns, so that a marker comes behind it. */
  writeInTransaction(records: readonly LogRecord[], producer: { producerId: number; producerEpoch: number }): Promise<unknown> {
    return this.#options.log.append(records, producer)
  }

  /** Durable when it resolves; the caller then changes `offsets`. */
  async write(records: readonly LogRecord[]): Promise<void> {
    await this.#options.log.append(records)
  }

  /** Takes an empty group out of memory. Answers what has to be written for it, if anything. */
  forget(groupId: string): LogRecord | null {
    const entry = this.#entries.get(groupId)
    if (!entry) return null
    this.#stopTimers(entry)
    this.#entries.delete(groupId)
    return entry.isStored ? encodeGroup(groupId, null) : null
  }

  /** Answers everything that still waits, so that connections can end. */
  stop(): void {
    this.#isStopped = true
    this.consumers.stop()
    for (const entry of this.#entries.values()) this.#stopTimers(entry)
    for (const [ticket, entry] of this.#waitingTickets()) this.#answer(ticket, unavailable(entry))
  }

  #isInUse(groupId: string): boolean {
    const group = this.group(groupId)
    return group !== undefined && (group.phase !== "empty" || group.pendingMembers.size > 0)
  }

  /** An empty group of the newer protocol becomes one of the older; what is stored of the new one comes behind these records. */
  #takeOver(groupId: string): void {
    const records = this.consumers.forget(groupId)
    if (records.length === 0) return
    this.write(records).catch((error: unknown) => {
      this.#options.logger.warn({ groupId, reason: String(error) }, "the former type of a group could not be removed")
    })
  }

  *#waitingTickets(): Generator<[Ticket, "join" | "sync"]> {
    for (const { group } of this.#entries.values()) {
      for (const { joinTicket, syncTicket } of group.members.values()) {
        if (joinTicket !== null) yield [joinTicket, "join"]
        if (syncTicket !== null) yield [syncTicket, "sync"]
      }
    }
  }

  #replay(record: ReplayedRecord, groups: Map<string, ClassicGroup>): void {
    const stored = decodeStored(record)
    if (stored === null) this.consumers.replay.apply(record)
    if (stored?.type === "offset") this.#replayOffset(stored, record)
    if (stored?.type !== "group") return
    if (stored.value) groups.set(stored.groupId, stored.value)
    else groups.delete(stored.groupId)
  }

  /** Offsets of topics that have gone, or came back under the same name, are left behind. */
  #replayOffset({ key, value: read }: Extract<StoredRecord, { type: "offset" }>, { offset: order, transactionOf }: ReplayedRecord): void {
    const isOfThisTopic = read?.topicId === this.#options.topicId(key.topic)
    const value = read && isOfThisTopic ? { ...read, order } : null
    if (transactionOf === null) {
      if (value) this.offsets.set(key, value)
      else this.offsets.delete(key)
    } else if (value) this.transactionalOffsets.add(transactionOf, [[key, value]])
  }

  #resume(group: ClassicGroup): void {
    const entry = this.#addEntry(group)
    entry.isStored = true
    for (const { memberId, sessionTimeoutMs } of group.members.values()) entry.sessions.set(memberId, sessionTimeoutMs)
  }

  #entryOf(groupId: string): Entry {
    return this.#entries.get(groupId) ?? this.#addEntry(emptyGroup(groupId, this.#options.clock.wall()))
  }

  #addEntry(group: ClassicGroup): Entry {
    const sessions = new Sessions(this.#options.clock, (memberId) => this.#send(entry, { kind: "sessionExpired", memberId }))
    const entry: Entry = { group, sessions, timers: { join: () => {}, sync: () => {} }, isStored: false }
    this.#entries.set(group.groupId, entry)
    return entry
  }

  #ask<R extends GroupReply>(entry: Entry, eventOf: (ticket: Ticket) => GroupEvent): Promise<R> {
    const ticket = this.#nextTicket++
    return new Promise((resolve) => {
      this.#open.set(ticket, resolve as (reply: GroupReply) => void)
      this.#send(entry, eventOf(ticket))
    })
  }

  #send(entry: Entry, event: GroupEvent): void {
    if (this.#isStopped && !("ticket" in event)) return
    const rules = { ...this.#options.rules(), nowMs: this.#options.clock.wall() }
    const [group, effects] = transition(entry.group, event, rules)
    entry.group = group
    this.#carryOut(entry, effects)
  }

  #carryOut(entry: Entry, effects: readonly GroupEffect[]): void {
    let stored: Promise<boolean> | null = null
    for (const effect of effects) {
      switch (effect.kind) {
        case "session":
          entry.sessions.set(effect.memberId, effect.timeoutMs)
          break
        case "timer":
          this.#arm(entry, effect.timer, effect.afterMs)
          break
        case "persist":
          stored = this.#store(entry)
          break
        case "reply":
          this.#answerAfter(stored, effect)
      }
    }
  }

  #arm(entry: Entry, timer: "join" | "sync", afterMs: number | null): void {
    entry.timers[timer]()
    const kind = `${timer}Timeout` as const
    entry.timers[timer] = afterMs === null ? () => {} : this.#options.clock.after(afterMs, () => this.#send(entry, { kind }))
  }

  /** Resolves with whether the state became durable; if not, the group assigns anew. */
  async #store(entry: Entry): Promise<boolean> {
    const { groupId, generation } = entry.group
    try {
      entry.isStored = true
      await this.write([encodeGroup(groupId, entry.group)])
      return true
    } catch (error) {
      this.#options.logger.warn({ groupId, reason: String(error) }, "the state of a group could not be stored")
      this.#send(entry, { kind: "persistFailed", generation })
      return false
    }
  }

  #answerAfter(stored: Promise<boolean> | null, { ticket, reply }: Extract<GroupEffect, { kind: "reply" }>): void {
    if (stored === null) this.#answer(ticket, reply)
    else void stored.then((isStored) => this.#answer(ticket, isStored || reply.kind === "leave" ? reply : unavailable(reply.kind)))
  }

  #answer(ticket: Ticket, reply: GroupReply): void {
    this.#open.get(ticket)?.(reply)
    this.#open.delete(ticket)
  }

  #stopTimers(entry: Entry): void {
    entry.sessions.stop()
    entry.timers.join()
    entry.timers.sync()
  }

  #uuid(): string {
    const hex = Buffer.from(this.#options.random.bytes(16)).toString("hex")
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
  }
}

const missing = (groupId: string): GroupError => (groupId === "" ? "INVALID_GROUP_ID" : "UNKNOWN_MEMBER_ID")

function unavailable(kind: GroupReply["kind"]): GroupReply {
  if (kind === "join") return joinFailure("COORDINATOR_NOT_AVAILABLE", "")
  if (kind === "sync") return syncFailure("COORDINATOR_NOT_AVAILABLE")
  if (kind === "leave") return { kind, error: "COORDINATOR_NOT_AVAILABLE", members: [] }
  return { kind: "heartbeat", error: "COORDINATOR_NOT_AVAILABLE" }
}
