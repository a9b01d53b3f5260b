// Consumer groups of the newer protocol (KIP-848) as pure functions from one value to the next. Nothing here waits: the caller makes the new
// value durable before it counts and before the answer goes out, and owns the timers.
import { assignors } from "./consumer-assignors.ts"
import { reconcile } from "./consumer-reconcile.ts"
import {
  type ConsumerError,
  type ConsumerGroup,
  type ConsumerHeartbeat,
  type ConsumerMember,
  type ConsumerReply,
  type ConsumerRules,
  consumerOfInstance,
  epochs,
  isSameList,
  isSameSet,
  noPartitions,
  type Partitions,
} from "./consumer-state.ts"
import { readable, resolveSubscriptions } from "./consumer-subscriptions.ts"
import { whyInvalid } from "./consumer-validation.ts"

type Step = [ConsumerGroup, ConsumerReply]

export function failure(error: ConsumerError, message: string | null = null): ConsumerReply {
  return { error, message, memberId: null, epoch: 0, assignment: null }
}

export function onConsumerHeartbeat(group: ConsumerGroup, request: ConsumerHeartbeat, rules: ConsumerRules): Step {
  const invalid = whyInvalid(request, rules.assignors)
  if (invalid) return [group, invalid]
  if (request.epoch < 0) return leave(group, request, rules)
  const found = locate(group, request, rules)
  if ("error" in found) return [group, failure(found.error)]
  return advance(group, { request, rules, ...found })
}

/** Fenced: its session or the time it had to give partitions up ran out. */
export function withoutMember(group: ConsumerGroup, memberId: string, rules: ConsumerRules): ConsumerGroup {
  if (!group.members.has(memberId)) return group
  const [members, target] = [new Map(group.members), new Map(group.target)]
  members.delete(memberId)
  target.delete(memberId)
  const rest = resolveSubscriptions({ ...group, members, target, epoch: group.epoch + 1 }, rules)
  return { ...rest, sinceMs: rules.nowMs }
}

interface Located {
  /** As it was before this heartbeat. */
  readonly member: ConsumerMember
  /** The absent static member whose place it takes. */
  readonly replaces: ConsumerMember | null
  readonly isNew: boolean
}

type Found = Located | { readonly error: ConsumerError }

function locate(group: ConsumerGroup, request: ConsumerHeartbeat, rules: ConsumerRules): Found {
  const { memberId, instanceId, epoch } = request
  const owner = instanceId === null ? undefined : consumerOfInstance(group, instanceId)
  if (epoch === epochs.join) {
    if (owner?.epoch === epochs.leaveForNow) return { member: returning(owner, memberId), replaces: owner, isNew: false }
    if (owner && owner.memberId !== memberId) return { error: "UNRELEASED_INSTANCE_ID" }
    const known = group.members.get(memberId)
    if (known) return { member: known, replaces: null, isNew: false }
    if (group.members.size >= rules.maxSize) return { error: "GROUP_MAX_SIZE_REACHED" }
    return { member: newMember(request), replaces: null, isNew: true }
  }
  const error = whyNotMember(group, request)
  const member = group.members.get(memberId)
  if (error || !member) return { error: error ?? "UNKNOWN_MEMBER_ID" }
  return atItsEpoch(member, request)
}

function whyNotMember(group: ConsumerGroup, { memberId, instanceId }: ConsumerHeartbeat): ConsumerError | null {
  if (instanceId !== null) {
    const owner = consumerOfInstance(group, instanceId)
    if (!owner) return "UNKNOWN_MEMBER_ID"
    if (owner.memberId !== memberId) return "FENCED_INSTANCE_ID"
  }
  return group.members.has(memberId) ? null : "UNKNOWN_MEMBER_ID"
}

/** One epoch back is right too, if the member did not hear the answer that raised it. */
function atItsEpoch(member: ConsumerMember, { epoch, owned }: ConsumerHeartbeat): Found {
  const missedTheAnswer = epoch < member.epoch && epoch === member.previousEpoch && (owned?.isSubsetOf(member.assigned) ?? false)
  return epoch === member.epoch || missedTheAnswer ? { member, replaces: null, isNew: false } : { error: "FENCED_MEMBER_EPOCH" }
}

function newMember({ memberId, instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs }: ConsumerHeartbeat): ConsumerMember {
  const asked = { memberId, instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, topicNames: [], regex: "", assignor: null }
  return { ...asked, epoch: 0, previousEpoch: 0, state: "stable", assigned: noPartitions, revoking: noPartitions }
}

/** The process that owned something is gone: the one in its place owns nothing yet, and is to own the same. */
function returning(absent: ConsumerMember, memberId: string): ConsumerMember {
  return { ...absent, memberId, epoch: 0, previousEpoch: 0, state: "stable", assigned: noPartitions, revoking: noPartitions }
}

interface Advance extends Located {
  readonly request: ConsumerHeartbeat
  readonly rules: ConsumerRules
}

function advance(group: ConsumerGroup, { member: before, replaces, isNew, request, rules }: Advance): Step {
  const asking = asked(before, request)
  let next = placed(group, asking, replaces)
  const changed = isNew || !isSameList(asking.topicNames, before.topicNames) || asking.regex !== before.regex
  if (changed || group.seenTopics !== rules.topics) next = resolveSubscriptions(next, rules)
  const isStale = changed || next.metadataHash !== group.metadataHash || !isSameResolution(group, next)
  if (isStale) next = { ...next, epoch: group.epoch + 1 }
  if (next.epoch > next.assignmentEpoch) next = { ...next, target: targetOf(next, rules), assignmentEpoch: next.epoch }
  const member = reconcile(asking, confirmed(before, request), next)
  if (member !== asking) next = { ...next, members: new Map(next.members).set(member.memberId, member) }
  return [isUntouched(group, next, before, member) ? group : next, answer(before, member, request)]
}

function isUntouched(group: ConsumerGroup, next: ConsumerGroup, ...[before, member]: [ConsumerMember, ConsumerMember]): boolean {
  return (
    next.epoch === group.epoch &&
    next.seenTopics === group.seenTopics &&
    before === member &&
    group.members.has(member.memberId) &&
    next.assignmentEpoch === group.assignmentEpoch
  )
}

/** Who joins again owns nothing, but may be the echo of a request that was answered long ago: that takes nothing from the member. */
function confirmed(before: ConsumerMember, { epoch, owned }: ConsumerHeartbeat): Partitions | null {
  return epoch === epochs.join && before.epoch !== epochs.join ? null : owned
}

/** Only regular expressions that both have are of interest: another subscription is a change anyway. */
function isSameResolution(group: ConsumerGroup, next: ConsumerGroup): boolean {
  for (const [regex, topics] of next.regexes) if (!isSameList(group.regexes.get(regex) ?? [], topics)) return false
  return true
}

function placed(group: ConsumerGroup, member: ConsumerMember, replaces: ConsumerMember | null): ConsumerGroup {
  if (group.members.get(member.memberId) === member) return group
  const members = new Map(group.members)
  const target = new Map(group.target)
  if (replaces) {
    members.delete(replaces.memberId)
    target.delete(replaces.memberId)
    target.set(member.memberId, group.target.get(replaces.memberId) ?? noPartitions)
  }
  return { ...group, members: members.set(member.memberId, member), target }
}

function asked(member: ConsumerMember, request: ConsumerHeartbeat): ConsumerMember {
  const next = {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    topicNames: request.topicNames === null ? member.topicNames : request.topicNames.toSorted(),
    regex: request.regex ?? member.regex,
    assignor: request.assignor ?? member.assignor,
  }
  const isSame =
    next.instanceId === member.instanceId &&
    next.rackId === member.rackId &&
    next.clientId === member.clientId &&
    next.clientHost === member.clientHost &&
    next.rebalanceTimeoutMs === member.rebalanceTimeoutMs &&
    next.regex === member.regex &&
    next.assignor === member.assignor &&
    isSameList(next.topicNames, member.topicNames)
  return isSame ? member : next
}

function targetOf(group: ConsumerGroup, rules: ConsumerRules): ReadonlyMap<string, Partitions> {
  const { counts, topicIdsOf } = readable(group, rules.topics)
  const members = [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    instanceId: member.instanceId,
    topicIds: topicIdsOf(member),
    current: group.target.get(member.memberId) ?? noPartitions,
  }))
  const assign = assignors.get(assignorOf(group, rules.assignors)) ?? assignors.get("uniform")
  const target = assign?.(members, counts) ?? new Map<string, Partitions>()
  // What did not change keeps its identity, so that nothing is stored for it.
  return new Map([...target].map(([memberId, now]) => [memberId, sameOr(group.target.get(memberId), now)]))
}

const sameOr = (before: Partitions | undefined, now: Partitions): Partitions => (before && isSameSet(before, now) ? before : now)

/** The one that most members ask for; whoever does not care leaves it to the others, and all of them to the broker. */
export function assignorOf({ members }: Pick<ConsumerGroup, "members">, preference: readonly string[]): string {
  const votes = new Map<string, number>()
  for (const { assignor } of members.values()) if (assignor !== null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1)
  const most = Math.max(0, ...votes.values())
  const elected = [...votes].filter(([, count]) => count === most).map(([name]) => name)
  return preference.find((name) => elected.includes(name)) ?? elected.toSorted()[0] ?? preference[0] ?? "uniform"
}

function answer(before: ConsumerMember, member: ConsumerMember, request: ConsumerHeartbeat): ConsumerReply {
  const isFull = request.rebalanceTimeoutMs !== -1 && (request.topicNames !== null || request.regex !== null) && request.owned !== null
  const isNews = isFull || request.epoch !== before.epoch || !isSameSet(before.assigned, member.assigned)
  const assignment = isNews || request.epoch === epochs.join ? member.assigned : null
  return { error: "NONE", message: null, memberId: member.memberId, epoch: member.epoch, assignment }
}

function leave(group: ConsumerGroup, request: ConsumerHeartbeat, rules: ConsumerRules): Step {
  const error = whyNotMember(group, request)
  const member = group.members.get(request.memberId)
  if (error || !member) return [group, failure(error ?? "UNKNOWN_MEMBER_ID")]
  const reply = { ...failure("NONE"), memberId: request.memberId, epoch: request.epoch }
  if (request.epoch === epochs.leave) return [withoutMember(group, request.memberId, rules), reply]
  const absent: ConsumerMember = { ...member, epoch: epochs.leaveForNow, state: "stable", revoking: noPartitions }
  return [{ ...group, members: new Map(group.members).set(member.memberId, absent) }, reply]
}
