// Drives the pure group transitions in tests: keeps the current value, hands out tickets, records replies and armed timers.
import { transition } from "../groups/classic.ts"
import {
  type ClassicGroup,
  emptyGroup,
  type GroupEffect,
  type GroupEvent,
  type GroupReply,
  type GroupRules,
  type HeartbeatReply,
  type JoinEvent,
  type JoinReply,
  type LeaveEvent,
  type LeaveReply,
  type SyncReply,
} from "../groups/state.ts"

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

type WithTicket = Extract<GroupEvent, { ticket: number }>
type WithoutTicket<T> = T extends WithTicket ? Omit<T, "ticket"> : never

export class GroupDriver {
  group: ClassicGroup = emptyGroup("g", 0)
  readonly replies = new Map<number, GroupReply[]>()
  readonly sessions = new Map<string, number>()
  readonly timers = new Map<"join" | "sync", number>()
  persists = 0
  lastEffects: GroupEffect[] = []
  nextTicket = 1
  readonly #rules: GroupRules

  constructor(rules: Partial<GroupRules> = {}) {
    this.#rules = {
      nowMs: 1_000,
      minSessionTimeoutMs: 6_000,
      maxSessionTimeoutMs: 1_800_000,
      initialRebalanceDelayMs: 3_000,
      maxSize: 100,
      ...rules,
    }
  }

  send(event: GroupEvent): void {
    const [group, effects] = transition(this.group, event, this.#rules)
    this.group = group
    this.lastEffects = effects
    for (const effect of effects) this.#apply(effect)
  }

  ask(event: WithoutTicket<GroupEvent>): number {
    const ticket = this.nextTicket++
    this.send({ ...event, ticket } as GroupEvent)
    return ticket
  }

  join(id: string, options: Partial<JoinEvent> = {}): number {
    return this.ask({
      kind: "join",
      memberId: "",
      freshMemberId: id,
      instanceId: null,
      clientId: "client",
      clientHost: "/127.0.0.1",
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: text(`meta-${id}`) }],
      requiresKnownMemberId: false,
      canSkipAssignment: false,
      ...options,
    })
  }

  rejoin(id: string, options: Partial<JoinEvent> = {}): number {
    return this.join(id, { memberId: id, ...options })
  }

  sync(id: string, assignments: Record<string, string> = {}, options: { generation?: number; instanceId?: string } = {}): number {
    return this.ask({
      kind: "sync",
      memberId: id,
      instanceId: options.instanceId ?? null,
      generation: options.generation ?? this.group.generation,
      protocolType: "consumer",
      protocol: this.group.protocol,
      assignments: new Map(Object.entries(assignments).map(([key, value]) => [key, text(value)])),
    })
  }

  heartbeat(id: string, options: { generation?: number; instanceId?: string } = {}): HeartbeatReply {
    const { generation = this.group.generation, instanceId = null } = options
    return this.only(this.ask({ kind: "heartbeat", memberId: id, instanceId, generation })) as HeartbeatReply
  }

  leave(...members: LeaveEvent["members"]): LeaveReply {
    return this.only(this.ask({ kind: "leave", members })) as LeaveReply
  }

  isOpen(ticket: number): boolean {
    return !this.replies.has(ticket)
  }

  only(ticket: number): GroupReply {
    const answers = this.replies.get(ticket) ?? []
    if (answers.length !== 1) throw new Error(`ticket ${ticket} has ${answers.length} answers`)
    return answers[0] as GroupReply
  }

  joined(ticket: number): JoinReply {
    return this.only(ticket) as JoinReply
  }

  synced(ticket: number): SyncReply & { text: string } {
    const answer = this.only(ticket) as SyncReply
    return { ...answer, text: new TextDecoder().decode(answer.assignment) }
  }

  /** A stable group of these members; the first one leads and everyone is assigned `to-<id>`. */
  settle(ids: string[], options: (id: string) => Partial<JoinEvent> = () => ({})): void {
    for (const id of ids) this.join(id, options(id))
    this.send({ kind: "joinTimeout" })
    while (this.group.phase === "preparing") this.send({ kind: "joinTimeout" })
    const assignments = Object.fromEntries(ids.map((id) => [id, `to-${id}`]))
    for (const id of ids) this.sync(id, assignments, { instanceId: options(id).instanceId ?? undefined })
  }

  #apply(effect: GroupEffect): void {
    if (effect.kind === "reply") this.replies.set(effect.ticket, [...(this.replies.get(effect.ticket) ?? []), effect.reply])
    else if (effect.kind === "persist") this.persists += 1
    else if (effect.kind === "session") setOrDelete(this.sessions, effect.memberId, effect.timeoutMs)
    else setOrDelete(this.timers, effect.timer, effect.afterMs)
  }
}

function setOrDelete<K>(map: Map<K, number>, key: K, value: number | null): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}
