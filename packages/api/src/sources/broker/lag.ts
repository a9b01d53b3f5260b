// How far groups are behind, in records and in seconds.
import type { GroupSnapshot, OffsetsSnapshot } from "./snapshots.ts"

export interface PartitionLag {
  topic: string
  partition: number
  /** Null: never committed here. */
  committed: number | null
  start: number | null
  end: number | null
  /** Null: unknown, or never committed. */
  lagRecords: number | null
  /** Age of the oldest unread record; 0 when all is read; null when unknown. */
  lagSeconds: number | null
  memberId: string | null
}

export interface GroupLag {
  group: string
  partitions: readonly PartitionLag[]
  /** Null: nothing was committed, or nothing could be read. */
  lagRecords: number | null
  /** Of the worst partition. */
  lagSeconds: number | null
  hasCommits: boolean
}

/** Wall time at which the record at an offset was written; null when nobody knows. */
export type WrittenAt = (topic: string, partition: number, offset: number) => number | null

export function lagOf(group: GroupSnapshot, offsets: OffsetsSnapshot | undefined, time: { nowMs: number; writtenAt: WrittenAt }): GroupLag {
  const readers = readersOf(group)
  const commits = new Map(
    (group.commits ?? []).map(({ topic, partition, offset }) => [`${topic} ${partition}`, { topic, partition, offset }]),
  )
  for (const [key, { topic, partition }] of readers) if (!commits.has(key)) commits.set(key, { topic, partition, offset: null })
  const partitions = [...commits].map(([key, { topic, partition, offset }]): PartitionLag => {
    const ends = offsets?.topics.get(topic)?.[partition]
    const end = ends?.end ?? null
    const lagRecords = offset === null || end === null ? null : Math.max(0, end - offset)
    return {
      topic,
      partition,
      committed: offset,
      start: ends?.start ?? null,
      end,
      lagRecords,
      lagSeconds: lagSecondsOf({ topic, partition, offset, start: ends?.start ?? 0, lagRecords }, time),
      memberId: readers.get(key)?.memberId ?? null,
    }
  })
  const known = partitions.filter(({ lagRecords }) => lagRecords !== null)
  const seconds = partitions.map(({ lagSeconds }) => lagSeconds).filter((value) => value !== null)
  return {
    group: group.id,
    partitions: partitions.sort(
      (a, b) => (b.lagRecords ?? -1) - (a.lagRecords ?? -1) || a.topic.localeCompare(b.topic) || a.partition - b.partition,
    ),
    lagRecords: known.length === 0 ? null : known.reduce((sum, { lagRecords }) => sum + (lagRecords ?? 0), 0),
    lagSeconds: seconds.length === 0 ? null : Math.max(...seconds),
    hasCommits: partitions.some(({ committed }) => committed !== null),
  }
}

interface Position {
  topic: string
  partition: number
  offset: number | null
  start: number
  lagRecords: number | null
}

function lagSecondsOf(
  { topic, partition, offset, start, lagRecords }: Position,
  { nowMs, writtenAt }: { nowMs: number; writtenAt: WrittenAt },
): number | null {
  if (offset === null || lagRecords === null) return null
  if (lagRecords === 0) return 0
  // What retention removed is not waiting any more.
  const writtenMs = writtenAt(topic, partition, Math.max(offset, start))
  return writtenMs === null ? null : Math.max(0, (nowMs - writtenMs) / 1000)
}

function readersOf({ members }: GroupSnapshot): Map<string, { topic: string; partition: number; memberId: string }> {
  const readers = new Map<string, { topic: string; partition: number; memberId: string }>()
  for (const { memberId, assignment } of members ?? [])
    for (const { topic, partition } of assignment ?? []) readers.set(`${topic} ${partition}`, { topic, partition, memberId })
  return readers
}
