/**
 * One round of a classic group's rebalance as one member lives it: JoinGroup until it is let in, the assignment when it leads, SyncGroup.
 * Only the network part; what the outcome does to partitions is `group.ts`.
 */
import type { Cluster } from "../cluster.ts"
import { pause } from "../deadline.ts"
import { failed, type ItemError, ok, type Result } from "../errors.ts"
import { backoffMs } from "../retry.ts"
import type { Assignor, GroupMember, TopicPartition } from "./assignors/assignor.ts"
import { cooperativeSticky } from "./assignors/cooperative-sticky.ts"
import { range } from "./assignors/range.ts"
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from "./assignors/wire.ts"
import { type Joined, join, type Membership, sync } from "./group-requests.ts"
import type { ConsumerSettings } from "./settings.ts"

export type RoundInput = {
  member: Membership
  topics: readonly string[]
  owned: readonly TopicPartition[]
  settings: ConsumerSettings
  lane: string
  reason: string
  signal: AbortSignal
  /** Told as soon as the coordinator gave out a member id. */
  onMemberId(memberId: string): void
}

export type RoundOutcome =
  | { kind: "assigned"; member: Membership; assigned: TopicPartition[]; counts: ReadonlyMap<string, number> | null }
  /** The group does not know this member any more: what it owned is lost, and it has to start over. */
  | { kind: "lost"; member: Membership }
  | { kind: "again"; member: Membership; error: ItemError }
  | { kind: "failed"; member: Membership; error: ItemError }

const assignors: Readonly<Record<Assignor["name"], Assignor>> = { range, "cooperative-sticky": cooperativeSticky }

/** Only when every assignor is cooperative do members keep partitions during a rebalance, as with Java's consumer. */
export function isCooperative(names: readonly Assignor["name"][]): boolean {
  return names.every((name) => assignors[name].isCooperative)
}

export async function joinRound(cluster: Cluster, input: RoundInput): Promise<RoundOutcome> {
  let { member } = input
  for (let attempt = 0; !input.signal.aborted; attempt++) {
    const { result, memberId } = await join(cluster, member, {
      ...input.settings,
      protocols: protocolsOf(input),
      reason: input.reason,
      lane: input.lane,
    })
    if (result.ok) {
      const joined = { ...member, memberId: result.value.memberId, generation: result.value.generationId }
      return syncRound(cluster, { ...input, member: joined }, result.value)
    }
    const { error } = result
    if (error.code === "MEMBER_ID_REQUIRED") {
      member = { ...member, memberId }
      input.onMemberId(memberId)
    } else if (error.code === "UNKNOWN_MEMBER_ID" || error.code === "ILLEGAL_GENERATION")
      return { kind: "lost", member: withoutIdentity(member) }
    else if (!isTemporary(error)) return { kind: "failed", member, error }
    else {
      cluster.recover([error], { group: member.groupId })
      await pause(cluster.config.ports.clock, backoffMs(attempt, { ...cluster.config, random: cluster.config.ports.random }), input.signal)
    }
  }
  return { kind: "again", member, error: failed("CLOSED", "the consumer was closed while it joined").error }
}

export const withoutIdentity = (member: Membership): Membership => ({ ...member, memberId: "", generation: -1 })

/** Worth another try as the same member. */
const isTemporary = (error: ItemError): boolean => error.retriable || error.code === "REBALANCE_IN_PROGRESS"

function protocolsOf({ topics, owned, member, settings }: RoundInput) {
  const metadata = encodeSubscription({ topics: [...topics], owned: [...owned], generation: member.generation, rack: null })
  return settings.assignors.map((name) => ({ name, metadata }))
}

async function syncRound(cluster: Cluster, input: RoundInput, joined: Joined): Promise<RoundOutcome> {
  const { member } = input
  const protocolName = joined.protocolName ?? ""
  const isLeader = joined.leader === member.memberId
  const plan = isLeader ? await assign(cluster, joined, protocolName) : ok({ assignments: [], counts: null })
  if (!plan.ok) return after(cluster, input, plan.error)
  const assignments = joined.skipAssignment ? [] : plan.value.assignments
  const timeoutMs = input.settings.maxPollIntervalMs
  const synced = await sync(cluster, member, { protocolName, assignments, lane: input.lane, timeoutMs })
  if (!synced.ok) {
    const { error } = synced
    cluster.recover([error], { group: member.groupId })
    if (error.code === "UNKNOWN_MEMBER_ID" || error.code === "ILLEGAL_GENERATION") return { kind: "lost", member: withoutIdentity(member) }
    return after(cluster, input, error)
  }
  const assigned = decodeAssignment(synced.value)
  if (!assigned.ok) return { kind: "failed", member, error: assigned.error }
  return { kind: "assigned", member, assigned: assigned.value, counts: plan.value.counts }
}

/** The group moves on without us: join again, a little later unless the group itself asked for it. */
async function after(cluster: Cluster, { member, signal }: RoundInput, error: ItemError): Promise<RoundOutcome> {
  if (!isTemporary(error)) return { kind: "failed", member, error }
  if (error.code !== "REBALANCE_IN_PROGRESS") await pause(cluster.config.ports.clock, cluster.config.maxBackoffMs, signal)
  return { kind: "again", member, error }
}

type Plan = { assignments: { memberId: string; assignment: Uint8Array }[]; counts: ReadonlyMap<string, number> }

/** The leader's part. A member whose subscription cannot be read gets nothing, the others are served. */
async function assign(cluster: Cluster, joined: Joined, protocolName: string): Promise<Result<Plan>> {
  const assignor = Object.values(assignors).find(({ name }) => name === protocolName)
  if (assignor === undefined) return failed("BAD_ANSWER", `the group chose assignor "${protocolName}", which this member did not offer`)
  const members = joined.members.map(({ memberId, groupInstanceId, metadata }): GroupMember => {
    const subscription = decodeSubscription(metadata)
    const { topics, owned, generation } = subscription.ok ? subscription.value : { topics: [], owned: [], generation: -1 }
    return { memberId, instanceId: groupInstanceId, topics, owned, generation }
  })
  const topics = [...new Set(members.flatMap((member) => [...member.topics]))].sort()
  const metadata = await cluster.refresh(topics)
  if (!metadata.ok) return metadata
  const counts = new Map(topics.map((topic) => [topic, metadata.value.topics.get(topic)?.info?.partitions.length ?? 0]))
  const assignment = assignor.assign(members, counts)
  return ok({
    counts,
    assignments: [...assignment].map(([memberId, partitions]) => ({ memberId, assignment: encodeAssignment(partitions) })),
  })
}
