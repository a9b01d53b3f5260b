/** C17: what compaction left is what its policy says. Judged from what was written, not from what the broker says it removed. */

import type { Anomaly } from "./history.ts"
import { found } from "./views.ts"

export interface WrittenRecord {
  readonly offset: number
  readonly key: string
  /** Null is a tombstone. */
  readonly value: string | null
  readonly timestamp: number
}

export interface Compacted {
  readonly partition: string
  /** Everything that was committed, by offset. */
  readonly written: readonly WrittenRecord[]
  /** Everything that can be read now. */
  readonly remaining: readonly WrittenRecord[]
  /** Nothing from here on may have been touched. */
  readonly cleanedUpTo: number
  /** Tombstones written after this time, in ms, must still be there. */
  readonly tombstonesFromMs: number
  /** Where retention or DeleteRecords let the log begin. */
  readonly logStart: number
}

export function checkCompaction(log: Compacted): Anomaly[] {
  const { partition, written, remaining, cleanedUpTo, tombstonesFromMs, logStart } = log
  const problems: string[] = []
  const byOffset = new Map(written.map((record) => [record.offset, record]))
  const kept = new Set(remaining.map(({ offset }) => offset))
  const last = new Map(written.map((record) => [record.key, record]))
  let before = -1
  for (const record of remaining) {
    const original = byOffset.get(record.offset)
    if (record.offset <= before) problems.push(`${partition} ${record.offset} comes after ${before}`)
    before = record.offset
    if (!original) problems.push(`${partition} ${record.offset} was never written`)
    else if (original.key !== record.key || original.value !== record.value || original.timestamp !== record.timestamp)
      problems.push(`${partition} ${record.offset} was changed`)
  }
  for (const record of last.values()) {
    const mayBeGone = record.value === null && record.timestamp < tombstonesFromMs && record.offset < cleanedUpTo
    if (record.offset >= logStart && !kept.has(record.offset) && !mayBeGone)
      problems.push(`${partition}: the last record of key ${record.key}, at ${record.offset}, is gone`)
  }
  for (const record of written)
    if (record.offset >= Math.max(cleanedUpTo, logStart) && !kept.has(record.offset))
      problems.push(`${partition} ${record.offset} lies where compaction had not been and is gone`)
  return found("C17", problems)
}
