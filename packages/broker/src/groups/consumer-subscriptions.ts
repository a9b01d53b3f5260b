// Which topics a group of the newer protocol reads. Regular expressions have the syntax RE2, which is matched in linear time whatever a
// client sends; they match whole names, those of the broker's own topics too, as Kafka's do.
import { RE2JS } from "re2js"
import { type ConsumerGroup, type ConsumerMember, type ConsumerRules, subscriptionOf, type TopicView } from "./consumer-state.ts"

/** Null if it is not one. */
export function matcherOf(regex: string): ((name: string) => boolean) | null {
  try {
    const compiled = RE2JS.compile(regex)
    return (name) => compiled.matches(name)
  } catch {
    return null
  }
}

/** The group as it reads the topics that there are now. */
export function resolveSubscriptions(group: ConsumerGroup, { topics, maySee }: ConsumerRules): ConsumerGroup {
  const wanted = new Set([...group.members.values()].map(({ regex }) => regex).filter((regex) => regex !== ""))
  const isFresh = group.seenTopics === topics
  const regexes = new Map(
    [...wanted].map((regex): [string, readonly string[]] => {
      const known = group.regexes.get(regex)
      return [regex, isFresh && known ? known : matching(regex, topics, maySee)]
    }),
  )
  const next = { ...group, regexes, seenTopics: topics }
  return { ...next, metadataHash: hashOf(next, topics) }
}

function matching(regex: string, topics: readonly TopicView[], maySee: (name: string) => boolean): string[] {
  const matches = matcherOf(regex)
  if (!matches) return []
  return topics.filter(({ name }) => matches(name) && maySee(name)).map(({ name }) => name)
}

/** Partition counts of all topics that exist and are read, and by whom. */
export function readable(group: ConsumerGroup, topics: readonly TopicView[]) {
  const byName = new Map(topics.map((topic) => [topic.name, topic]))
  const topicsOf = (member: ConsumerMember) => [...subscriptionOf(member, group)].flatMap((name) => byName.get(name) ?? [])
  const read = new Map([...group.members.values()].flatMap(topicsOf).map((topic) => [topic.id, topic.partitionCount]))
  const counts = new Map([...read].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { counts, topicIdsOf: (member: ConsumerMember) => new Set(topicsOf(member).map(({ id }) => id)) }
}

/** Never 0, which stands for a group that read nothing yet. */
function hashOf(group: ConsumerGroup, topics: readonly TopicView[]): number {
  let [high, low] = [0x811c9dc5, 0x1000193]
  for (const [id, count] of readable(group, topics).counts) {
    for (const char of `${id}:${count};`) {
      const code = char.charCodeAt(0)
      high = Math.imul(high ^ code, 0x01000193)
      low = Math.imul(low + code, 0x85ebca6b) ^ (low >>> 13)
    }
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0) + 1
}
