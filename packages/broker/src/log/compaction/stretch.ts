// Which part of a log may be compacted, and whether it is worth it. Closed segments from the start on, all decided and durable.
import type { Partition } from "../partition.ts"
import type { Segment } from "../segment.ts"

export interface Stretch {
  readonly segments: readonly Segment[]
  /** What lies below went through an earlier run of this process. */
  readonly firstDirty: number
}

/** Null when nothing is due. */
export function stretchOf(partition: Partition, { nowMs, cleanedUpTo }: { nowMs: number; cleanedUpTo: number }): Stretch | null {
  const segments = cleanableHead(partition, nowMs)
  const firstDirty = Math.max(cleanedUpTo, partition.logStartOffset)
  const dirty = segments.filter((segment) => segment.nextOffset > firstDirty)
  const [oldest] = dirty
  if (oldest === undefined) return null
  const { minCleanableDirtyRatio, maxCompactionLagMs } = partition.config
  const isLate = oldest.maxTimestamp >= 0 && nowMs - oldest.maxTimestamp > maxCompactionLagMs
  return isLate || bytesOf(dirty) >= minCleanableDirtyRatio * bytesOf(segments) ? { segments, firstDirty } : null
}

function cleanableHead({ state, lastStableOffset, corruptRanges, config }: Partition, nowMs: number): Segment[] {
  // Damage is never written anew with a good checksum.
  if (corruptRanges.length > 0) return []
  const end = Math.min(lastStableOffset, state.durable)
  const isCleanable = (segment: Segment): boolean =>
    segment.isSealed &&
    segment.nextOffset <= end &&
    (config.minCompactionLagMs === 0 || segment.maxTimestamp <= nowMs - config.minCompactionLagMs)
  const closed = state.segments.slice(0, -1)
  const firstOther = closed.findIndex((segment) => !isCleanable(segment))
  return firstOther < 0 ? closed : closed.slice(0, firstOther)
}

const bytesOf = (segments: readonly Segment[]): number => segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
