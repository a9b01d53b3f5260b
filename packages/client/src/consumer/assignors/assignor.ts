/** What the leader of a group needs to divide partitions among its members. Assignors are pure; the wire forms are in `wire.ts`. */
export type TopicPartition = { topic: string; partition: number }

export type GroupMember = {
  memberId: string
  instanceId: string | null
  topics: readonly string[]
  /** What the member held when it joined; empty under the eager protocol. */
  owned: readonly TopicPartition[]
  /** The generation in which it held them; -1 when unknown. */
  generation: number
}

export type Assignment = Map<string, TopicPartition[]>

export type Assignor = {
  name: "range" | "cooperative-sticky"
  /** Cooperative: a member keeps its partitions while the group rebalances and gives back only what moves. */
  isCooperative: boolean
  assign(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Assignment
}

/** Java's order: static members first by instance id, then the others by member id. */
export function compareMembers(a: GroupMember, b: GroupMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return compareText(a.instanceId, b.instanceId)
  if (a.instanceId !== null) return -1
  if (b.instanceId !== null) return 1
  return compareText(a.memberId, b.memberId)
}

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const partitionKey = (topic: string, partition: number): string => `${topic}\u0000${partition}`
