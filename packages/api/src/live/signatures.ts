// What of a row can be seen on a screen, as a short text: equal texts, no change to tell.
import type { BrokerSource } from "../sources/broker/broker-source.ts"
import { type MetadataSnapshot, type OffsetsSnapshot, type SizesSnapshot, sumSizes } from "../sources/broker/snapshots.ts"

export interface TopicFacts {
  metadata: MetadataSnapshot | undefined
  offsets: OffsetsSnapshot | undefined
  sizes: SizesSnapshot | undefined
}

export function topicSignatures({ metadata, offsets, sizes }: TopicFacts): Map<string, string> {
  const signatures = new Map<string, string>()
  for (const [name, topic] of metadata?.topics ?? []) {
    const ends = offsets?.topics.get(name)?.map(({ start, end }) => `${start}-${end}`) ?? []
    const shape = [topic.id, topic.partitionCount, topic.replicationFactor, topic.offlinePartitions, topic.underReplicatedPartitions]
    signatures.set(name, [...shape, sumSizes(sizes?.topics.get(name)) ?? "", ...ends].join(" "))
  }
  return signatures
}

export function groupSignatures(source: BrokerSource): Map<string, string> {
  const groups = source.peek().groups.value?.groups
  return new Map(
    [...source.lags().values()].map(({ group, partitions }) => {
      const snapshot = groups?.get(group)
      const members = (snapshot?.members ?? []).map(({ memberId, assignment }) => `${memberId}:${assignment?.length ?? ""}`)
      return [group, [snapshot?.state, ...members, ...partitions.map(({ committed, end }) => `${committed}/${end}`)].join(" ")]
    }),
  )
}

export function clusterSignature(source: BrokerSource): string {
  const { metadata } = source.peek()
  const brokers = metadata.value?.brokers.map(({ id, host, port }) => `${id}@${host}:${port}`) ?? []
  return [metadata.failure?.code ?? "ok", metadata.value?.controllerId ?? "", ...brokers].join(" ")
}

/** Names that differ, came or went. */
export function changedNames(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const changed = [...now].filter(([name, signature]) => before.get(name) !== signature).map(([name]) => name)
  const gone = [...before.keys()].filter((name) => !now.has(name))
  return [...changed, ...gone]
}
