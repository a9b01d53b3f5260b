// The assignors of the broker (KIP-848): who is to own which partition. Pure, and the same for the same input.
import { type PartitionName, type Partitions, partitionName, partitionOf } from "./consumer-state.ts"

export interface AssignorMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** Ids of existing topics. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to own so far. */
  readonly current: Partitions
}

export type Assignor = (members: readonly AssignorMember[], counts: ReadonlyMap<string, number>) => Map<string, Set<PartitionName>>

const byRank = (a: AssignorMember, b: AssignorMember) => ((a.instanceId ?? a.memberId) < (b.instanceId ?? b.memberId) ? -1 : 1)

/** Neighbouring partitions of each topic; partitions of one number in several topics go to one member, if the same members read them. */
function range(members: readonly AssignorMember[], counts: ReadonlyMap<string, number>): Map<string, Set<PartitionName>> {
  const target = new Map(members.map(({ memberId }) => [memberId, new Set<PartitionName>()]))
  const ranked = members.toSorted(byRank)
  for (const [topicId, count] of counts) {
    const readers = ranked.filter(({ topicIds }) => topicIds.has(topicId))
    const least = Math.floor(count / readers.length)
    const more = count % readers.length
    let next = 0
    for (const [rank, { memberId }] of readers.entries()) {
      const end = next + least + (rank < more ? 1 : 0)
      for (; next < end; next++) target.get(memberId)?.add(partitionName(topicId, next))
    }
  }
  return target
}

interface Load {
  readonly member: AssignorMember
  readonly owned: Set<PartitionName>
}

/** As even as subscriptions allow, and whoever had a partition keeps it unless that would be uneven. */
function uniform(members: readonly AssignorMember[], counts: ReadonlyMap<string, number>): Map<string, Set<PartitionName>> {
  const loads = members.toSorted(byRank).map((member): Load => ({ member, owned: new Set() }))
  const taken = new Set<PartitionName>()
  for (const { member, owned } of loads) {
    for (const name of member.current) {
      const { topicId, index } = partitionOf(name)
      if (taken.has(name) || !member.topicIds.has(topicId) || index >= (counts.get(topicId) ?? 0)) continue
      taken.add(name)
      owned.add(name)
    }
  }
  for (const [topicId, count] of byReaders(loads, counts)) {
    const readers = loads.filter(({ member }) => member.topicIds.has(topicId))
    for (let index = 0; index < count; index++) {
      const name = partitionName(topicId, index)
      if (!taken.has(name)) leastLoaded(readers)?.owned.add(name)
    }
  }
  while (evenOut(loads));
  return new Map(loads.map(({ member, owned }) => [member.memberId, owned]))
}

/** Topics that few members read come first. */
function byReaders(loads: readonly Load[], counts: ReadonlyMap<string, number>): [string, number][] {
  const readers = (topicId: string) => loads.filter(({ member }) => member.topicIds.has(topicId)).length
  return [...counts]
    .map(([topicId, count]) => ({ topicId, count, readers: readers(topicId) }))
    .sort((a, b) => a.readers - b.readers || (a.topicId < b.topicId ? -1 : 1))
    .map(({ topicId, count }) => [topicId, count])
}

function leastLoaded(loads: readonly Load[]): Load | undefined {
  let least = loads[0]
  for (const load of loads) if (least && load.owned.size < least.owned.size) least = load
  return least
}

/** Passes over all members; each moves what makes the loads more even. False when nothing was to be moved. */
function evenOut(loads: readonly Load[]): boolean {
  let hasMoved = false
  const ordered = loads.toSorted((a, b) => a.owned.size - b.owned.size)
  for (const low of ordered) {
    for (let at = ordered.length - 1; at >= 0; at--) {
      const high = ordered[at]
      if (high) while (moveOne(high, low)) hasMoved = true
    }
  }
  return hasMoved
}

function moveOne(high: Load, low: Load): boolean {
  if (high.owned.size <= low.owned.size + 1) return false
  for (const name of high.owned) {
    if (!low.member.topicIds.has(partitionOf(name).topicId)) continue
    high.owned.delete(name)
    low.owned.add(name)
    return true
  }
  return false
}

export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ["uniform", uniform],
  ["range", range],
])
