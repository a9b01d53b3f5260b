/**
 * Drops whole closed segments from the head of a log: too old, too many bytes, or below the log start. The new log start is durable
 * before a file is renamed to `.deleted`; the bytes go a minute later, so that running reads end.
 */
import { removeFile } from "../storage/disk.ts"
import type { LogDir } from "./log-dir.ts"
import type { Partition } from "./partition.ts"
import { type Segment, type SegmentFileKind, segmentFile } from "./segment.ts"

const kinds: readonly SegmentFileKind[] = ["log", "index", "timeindex", "txnindex", "snapshot"]
const unlinkAfterMs = 60_000

/** Answers how many bytes were dropped. */
export async function applyRetention(partition: Partition, dir: LogDir, nowMs: number): Promise<number> {
  const { state, appender } = partition
  state.producers.expire(nowMs - state.config.producerExpirationMs)
  if (isExpired(partition, state.active, nowMs)) await appender.rollNow()
  const doomed = expiredHead(partition, nowMs)
  const next = state.segments[doomed.length]
  if (doomed.length === 0 || next === undefined || state.closed !== null || dir.health.isReadOnly) return 0
  await partition.deleteRecordsBefore(next.baseOffset)
  await appender.sealer.idle()
  const bytes = doomed.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  state.segments.splice(0, doomed.length)
  state.epochs.dropBefore(state.logStart)
  state.producers.transactions.dropBefore(state.logStart)
  for (const segment of doomed) segment.isDeleted = true
  try {
    for (const segment of doomed) await retire(segment, dir)
    await dir.disk.syncDir(state.dir)
  } catch (error) {
    if (state.closed === null) dir.health.fail(`removing segments of ${state.name}`, error)
  }
  const unlink = (): void => void unlinkAll(doomed, dir)
  if (dir.health.current.state === "full") unlink()
  else dir.clock.after(unlinkAfterMs, unlink)
  dir.logger.info({ partition: state.name, segments: doomed.length, bytes, logStart: state.logStart }, "segments removed by retention")
  return bytes
}

function expiredHead(partition: Partition, nowMs: number): Segment[] {
  const { state } = partition
  const { retentionBytes } = state.config
  const doomed: Segment[] = []
  let left = state.sizeBytes
  for (const segment of state.segments.slice(0, -1)) {
    const isTooMuch = retentionBytes >= 0 && left - segment.sizeBytes >= retentionBytes
    if (segment.nextOffset > state.highWatermark || !(isTooMuch || isExpired(partition, segment, nowMs))) break
    doomed.push(segment)
    left -= segment.sizeBytes
  }
  return doomed
}

function isExpired({ state }: Partition, segment: Segment, nowMs: number): boolean {
  if (segment.isEmpty || segment.nextOffset > state.highWatermark) return segment !== state.active && segment.nextOffset <= state.logStart
  const { retentionMs } = state.config
  const isOld = retentionMs >= 0 && segment.maxTimestamp >= 0 && nowMs - segment.maxTimestamp > retentionMs
  return isOld || segment.nextOffset <= state.logStart
}

async function retire(segment: Segment, dir: LogDir): Promise<void> {
  dir.files.drop(segment.path)
  dir.indexes.drop(segment)
  await segment.closeFile()
  for (const kind of kinds) {
    const path = segmentFile(segment.dir, segment.baseOffset, kind)
    if (kind === "log") await dir.disk.rename(path, `${path}.deleted`)
    else await removeFile(dir.disk, path)
  }
}

/** What cannot be removed now goes at the next start. */
async function unlinkAll(segments: readonly Segment[], dir: LogDir): Promise<void> {
  for (const segment of segments) await removeFile(dir.disk, `${segment.path}.deleted`).catch(() => false)
}
