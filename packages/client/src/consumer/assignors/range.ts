/** Java's RangeAssignor without racks: per topic, consecutive partitions in member order; the first members get one more. */
import { type Assignment, type Assignor, compareMembers, compareText, type GroupMember } from "./assignor.ts"

function assign(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Assignment {
  const ordered = [...members].sort(compareMembers)
  const assignment: Assignment = new Map(ordered.map((member) => [member.memberId, []]))
  const topics = [...new Set(ordered.flatMap((member) => [...member.topics]))].sort(compareText)
  for (const topic of topics) {
    const count = partitionCounts.get(topic) ?? 0
    const subscribers = ordered.filter((member) => member.topics.includes(topic))
    const share = Math.floor(count / subscribers.length)
    const withOneMore = count % subscribers.length
    let next = 0
    subscribers.forEach((member, index) => {
      const size = share + (index < withOneMore ? 1 : 0)
      for (let i = 0; i < size; i++) assignment.get(member.memberId)?.push({ topic, partition: next++ })
    })
  }
  return assignment
}

export const range: Assignor = { name: "range", isCooperative: false, assign }
