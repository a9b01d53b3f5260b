/**
 * Sticky under the cooperative protocol (KIP-429), able to share a group with Java's CooperativeStickyAssignor: balanced first, then as few
 * moves as possible; a partition that moves is handed to nobody in the round in which its old owner gives it up. Two members that claim one
 * partition: the later generation wins; with equal generations neither does.
 */
import { type Assignment, type Assignor, compareMembers, type GroupMember, partitionKey, type TopicPartition } from "./assignor.ts"

type Load = { member: GroupMember; topics: ReadonlySet<string>; held: TopicPartition[] }

function assign(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Assignment {
  const loads = [...members].sort(compareMembers).map((member): Load => ({ member, topics: new Set(member.topics), held: [] }))
  const owners = validOwners(loads, partitionCounts)
  const unowned: TopicPartition[] = []
  const subscribers = new Map<string, Load[]>()
  for (const [topic, count] of partitionCounts) {
    const eligible = loads.filter((load) => load.topics.has(topic))
    if (eligible.length === 0) continue
    subscribers.set(topic, eligible)
    for (let partition = 0; partition < count; partition++) {
      const owner = owners.get(partitionKey(topic, partition))
      if (owner === undefined) unowned.push({ topic, partition })
      else owner.held.push({ topic, partition })
    }
  }
  // Partitions with few takers first, so that the ones everybody may have can even out the rest.
  const takers = (topic: string): Load[] => subscribers.get(topic) ?? []
  unowned.sort((a, b) => takers(a.topic).length - takers(b.topic).length)
  for (const item of unowned) leastLoaded(takers(item.topic))?.held.push(item)
  balance(loads, subscribers)
  return withoutMoving(loads)
}

type Claim = { load: Load | null; generation: number }

function validOwners(loads: readonly Load[], partitionCounts: ReadonlyMap<string, number>): Map<string, Load> {
  const claims = new Map<string, Claim>()
  for (const load of loads) {
    for (const { topic, partition } of load.member.owned) {
      const isWanted = load.topics.has(topic) && partition < (partitionCounts.get(topic) ?? 0)
      const key = partitionKey(topic, partition)
      if (isWanted) claims.set(key, strongerClaim(claims.get(key), { load, generation: load.member.generation }))
    }
  }
  return new Map([...claims].flatMap(([key, { load }]) => (load === null ? [] : [[key, load]])))
}

function strongerClaim(known: Claim | undefined, fresh: Claim): Claim {
  if (known === undefined || fresh.generation > known.generation) return fresh
  return fresh.generation === known.generation ? { load: null, generation: known.generation } : known
}

function leastLoaded(loads: readonly Load[]): Load | undefined {
  let least: Load | undefined
  for (const load of loads) if (least === undefined || load.held.length < least.held.length) least = load
  return least
}

/** Moves one partition at a time from the fullest member that can give, while that narrows a gap of two or more. */
function balance(loads: readonly Load[], subscribers: ReadonlyMap<string, Load[]>): void {
  const byLoad = [...loads]
  do byLoad.sort((a, b) => b.held.length - a.held.length)
  while (byLoad.some((load) => giveOne(load, subscribers)))
}

function giveOne(load: Load, subscribers: ReadonlyMap<string, Load[]>): boolean {
  for (const topic of load.topics) {
    const target = leastLoaded(subscribers.get(topic) ?? [])
    if (target === undefined || target.held.length + 2 > load.held.length) continue
    const index = load.held.findLastIndex((item) => item.topic === topic)
    if (index < 0) continue
    target.held.push(...load.held.splice(index, 1))
    return true
  }
  return false
}

/** Leaves out what another member still holds: it comes in the next round, after that member gave it up. */
function withoutMoving(loads: readonly Load[]): Assignment {
  const holders = new Map<string, Set<Load>>()
  for (const load of loads) {
    for (const { topic, partition } of load.member.owned) {
      const key = partitionKey(topic, partition)
      holders.set(key, (holders.get(key) ?? new Set()).add(load))
    }
  }
  const assignment: Assignment = new Map()
  for (const load of loads) {
    const free = load.held.filter(({ topic, partition }) => {
      const holding = holders.get(partitionKey(topic, partition))
      return holding === undefined || holding.has(load)
    })
    assignment.set(load.member.memberId, free)
  }
  return assignment
}

export const cooperativeSticky: Assignor = { name: "cooperative-sticky", isCooperative: true, assign }
