/**
 * Offsets by time, exact inside the batch: the time index finds where to start, headers find the batch, and that one batch is decoded.
 * The header's largest timestamp is the producer's claim; when the records disagree the search goes on behind the batch.
 */
import { decodeBatch, type KafkaRecord, parseBatchHeader } from "@rivven/protocol/records"
import { refused } from "./batch-checks.ts"
import type { BatchPlace } from "./batch-walk.ts"
import type { LogDir } from "./log-dir.ts"
import type { Refused, TimestampOffset } from "./model.ts"
import type { PartitionState } from "./partition-state.ts"
import { withSegment } from "./reader.ts"
import { scanBatches } from "./scan.ts"
import type { Segment } from "./segment.ts"

type Answer = TimestampOffset | null | Refused

const windowBytes = 65_536

/** The first record at or after a time, between the log start and the high watermark. */
export function findByTimestamp(state: PartitionState, dir: LogDir, timestamp: number): Promise<Answer> {
  return guarded(state, dir, async () => {
    for (const segment of [...state.segments]) {
      if (segment.maxTimestamp < timestamp || segment.nextOffset <= state.logStart) continue
      const found = await searchSegment({ state, dir, segment }, timestamp)
      if (found !== undefined) return found
    }
    return null
  })
}

/** The first of the records that carry the largest timestamp. */
export function findMaxTimestamp(state: PartitionState, dir: LogDir): Promise<Answer> {
  return guarded(state, dir, async () => {
    const newestFirst = [...state.segments].filter((segment) => segment.maxTimestamp >= 0).sort((a, b) => b.maxTimestamp - a.maxTimestamp)
    for (const segment of newestFirst) {
      const found = await searchSegment({ state, dir, segment }, segment.maxTimestamp)
      if (found !== undefined && found !== null) return found
    }
    return null
  })
}

interface Search {
  state: PartitionState
  dir: LogDir
  segment: Segment
}

/** Undefined: not in this segment. Null: found, but not visible yet. */
async function searchSegment(search: Search, timestamp: number): Promise<TimestampOffset | null | undefined> {
  const { state, dir, segment } = search
  const indexes = await dir.indexes.of(segment)
  const startOffset = Math.max(indexes.times.floor(timestamp), state.logStart - segment.baseOffset)
  let from = indexes.offsets.floor(startOffset)
  const end = segment.sizeBytes
  return withSegment(segment, dir, async (file) => {
    for (;;) {
      let candidate: { place: BatchPlace; position: number } | null = null
      const walk = await scanBatches(file, { from, end, windowBytes, isWhole: false }, ({ place, position }) => {
        if (place.maxTimestamp < timestamp || place.lastOffset < state.logStart || isDamaged(state, place.baseOffset)) return "next"
        candidate = { place, position }
        return "stop"
      })
      if (walk.why !== "stop" || candidate === null) return undefined
      const { place, position } = candidate as { place: BatchPlace; position: number }
      if (place.baseOffset >= state.highWatermark) return null
      const bytes = new Uint8Array(place.sizeBytes)
      await file.read(bytes, position)
      const found = firstAtOrAfter(bytes, timestamp, state)
      if (found !== undefined) return found
      from = position + place.sizeBytes
    }
  })
}

const isDamaged = (state: PartitionState, offset: number): boolean =>
  state.corruptRanges.some((range) => range.from <= offset && offset < range.to)

function firstAtOrAfter(bytes: Uint8Array, timestamp: number, state: PartitionState): TimestampOffset | undefined {
  const header = parseBatchHeader(bytes)
  const { baseOffset, maxTimestamp, partitionLeaderEpoch: leaderEpoch } = header
  const records = recordsOf(bytes)
  if (records === null) return { offset: Math.max(baseOffset, state.logStart), timestamp: maxTimestamp, leaderEpoch }
  const record = records.find((one) => one.timestamp >= timestamp && one.offset >= state.logStart)
  return record && { offset: record.offset, timestamp: record.timestamp, leaderEpoch }
}

/** Null when the payload is not what the header says: its CRC was right when it came, so the producer sent it like that. */
function recordsOf(bytes: Uint8Array): readonly KafkaRecord[] | null {
  try {
    return decodeBatch(bytes).records
  } catch {
    // The caller answers with the batch's own bounds.
    return null
  }
}

async function guarded(state: PartitionState, dir: LogDir, search: () => Promise<Answer>): Promise<Answer> {
  if (state.closed !== null) return refused("UNKNOWN_TOPIC_OR_PARTITION", state.closed.message)
  try {
    return await search()
  } catch (error) {
    dir.logger.error({ partition: state.name, reason: String(error) }, "look-up by timestamp failed")
    return refused("KAFKA_STORAGE_ERROR", `reading ${state.name} failed`)
  }
}
