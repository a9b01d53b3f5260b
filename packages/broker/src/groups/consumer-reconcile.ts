// Leads one member from what it owns to what it is to own (KIP-848). It first gives up, at its old epoch, what is to go; then it gets, at the
// new epoch, what nobody else owns. What it has to give up stays its own until it says, with the list of what it owns, that it is gone.
import { type ConsumerGroup, type ConsumerMember, noPartitions, type Partitions } from "./consumer-state.ts"

type Reconciled = Pick<ConsumerGroup, "members" | "target" | "assignmentEpoch">

export function reconcile(member: ConsumerMember, owned: Partitions | null, group: Reconciled): ConsumerMember {
  if (member.state === "unrevoked") {
    if (owned === null || !owned.isDisjointFrom(member.revoking)) return member
    return next({ ...member, revoking: noPartitions }, member.epoch + 1, group)
  }
  if (member.state === "stable" && member.epoch === group.assignmentEpoch) return member
  return next(member, member.epoch, group)
}

function next(member: ConsumerMember, epoch: number, { members, target, assignmentEpoch }: Reconciled): ConsumerMember {
  const wanted = target.get(member.memberId) ?? noPartitions
  const kept = member.assigned.intersection(wanted)
  const revoking = member.assigned.difference(wanted)
  if (revoking.size > 0) return atEpoch({ ...member, state: "unrevoked", assigned: kept, revoking }, epoch)
  const missing = wanted.difference(kept)
  const free = missing.size === 0 ? missing : missing.difference(ownedByOthers(member.memberId, members))
  const state = free.size < missing.size ? "unreleased" : "stable"
  return atEpoch({ ...member, state, assigned: kept.union(free), revoking: noPartitions }, assignmentEpoch)
}

function atEpoch(member: ConsumerMember, epoch: number): ConsumerMember {
  return epoch === member.epoch ? member : { ...member, epoch, previousEpoch: member.epoch }
}

function ownedByOthers(memberId: string, members: ReadonlyMap<string, ConsumerMember>): Set<string> {
  const owned = new Set<string>()
  for (const other of members.values()) {
    if (other.memberId === memberId) continue
    for (const name of other.assigned) owned.add(name)
    for (const name of other.revoking) owned.add(name)
  }
  return owned
}
