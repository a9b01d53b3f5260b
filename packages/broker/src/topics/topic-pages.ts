// Cursor paging over the partitions of many topics (KIP-966): topics in order of their names, at most so many partitions a page.
import type { Topic } from "./catalog.ts"

export interface PageCursor {
  readonly topicName: string
  readonly partitionIndex: number
}

export interface PageRequest {
  /** Empty: every topic. */
  readonly names: readonly string[]
  readonly cursor: PageCursor | null
  readonly limit: number
  /** Of all topics, those that are shown. */
  readonly isVisible: (name: string) => boolean
}

export interface TopicSlice {
  readonly name: string
  /** Undefined when nothing is called so. */
  readonly topic: Topic | undefined
  readonly partitions: readonly number[]
}

export interface TopicPage {
  readonly slices: TopicSlice[]
  readonly next: PageCursor | null
}

export const maxPagePartitions = 2_000

export function pageOfTopics(
  request: PageRequest,
  catalog: { topic(name: string): Topic | undefined; topics(): readonly Topic[] },
): TopicPage {
  const names =
    request.names.length > 0
      ? [...new Set(request.names)].sort()
      : catalog
          .topics()
          .map((topic) => topic.name)
          .filter(request.isVisible)
  const { cursor } = request
  let left = request.limit < 1 ? maxPagePartitions : Math.min(request.limit, maxPagePartitions)
  const slices: TopicSlice[] = []
  for (const name of names) {
    if (cursor && name < cursor.topicName) continue
    const topic = catalog.topic(name)
    const first = cursor?.topicName === name ? Math.max(0, cursor.partitionIndex) : 0
    if (left === 0) return { slices, next: { topicName: name, partitionIndex: first } }
    const total = topic?.partitionCount ?? 0
    const count = Math.max(0, Math.min(left, total - first))
    slices.push({ name, topic, partitions: Array.from({ length: count }, (_, index) => first + index) })
    left -= count
    if (first + count < total) return { slices, next: { topicName: name, partitionIndex: first + count } }
  }
  return { slices, next: null }
}
