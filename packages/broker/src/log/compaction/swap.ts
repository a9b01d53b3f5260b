// Puts a compacted file in the place of a segment, so that every crash leaves the old segment or the new one. Caches of the old file go
// before the name changes hands: a start must never read a new file with old indexes. Running readers keep the old file.
import { isDiskFull, removeFile, writeFile } from "../../storage/disk.ts"
import type { LogDir } from "../log-dir.ts"
import type { PartitionState } from "../partition-state.ts"
import { parseSegmentFile, type Segment, segmentFile } from "../segment.ts"
import { encodeAborted } from "../transaction-index.ts"

export interface Swap {
  readonly state: PartitionState
  /** Its file is open, for those who read it now. */
  readonly old: Segment
  readonly fresh: Segment
  /** Where the new file lies, durable. */
  readonly path: string
  readonly goneMarkers: readonly number[]
}

/** False where the partition is gone. Rejects with the disk's error. */
export async function swapSegment({ state, old, fresh, path, goneMarkers }: Swap, dir: LogDir): Promise<boolean> {
  const { disk } = dir
  await dir.indexes.pin(old)
  for (const kind of ["index", "timeindex", "txnindex"] as const) await removeFile(disk, segmentFile(old.dir, old.baseOffset, kind))
  await dropSnapshots({ state, goneMarkers }, dir)
  await disk.syncDir(state.dir)
  const at = state.segments.indexOf(old)
  if (at < 0 || state.closed !== null) return false
  await disk.rename(path, old.path)
  // One synchronous stretch: whoever asks for the segment from now on gets the new one.
  old.isReplaced = true
  dir.files.drop(old.path)
  state.segments[state.segments.indexOf(old)] = fresh
  state.producers.transactions.forgetMarkers(goneMarkers)
  await disk.syncDir(state.dir)
  await writeCaches(state, fresh, dir)
  return true
}

/** A snapshot from before a marker can say that its transaction is open; without the marker nothing would ever close it. */
async function dropSnapshots({ state, goneMarkers }: Pick<Swap, "state" | "goneMarkers">, { disk }: LogDir): Promise<void> {
  const last = goneMarkers.at(-1)
  if (last === undefined) return
  for (const name of await disk.list(state.dir)) {
    const file = parseSegmentFile(name)
    if (file?.kind === "snapshot" && file.offset <= last) await removeFile(disk, `${state.dir}/${name}`)
  }
}

async function writeCaches(state: PartitionState, fresh: Segment, dir: LogDir): Promise<void> {
  const { disk } = dir
  const { indexes, baseOffset, nextOffset } = fresh
  if (indexes === null) return
  const aborted = encodeAborted(state.producers.transactions.endedBetween(baseOffset, nextOffset))
  const files = [
    { path: segmentFile(state.dir, baseOffset, "index"), bytes: indexes.offsets.encode() },
    { path: segmentFile(state.dir, baseOffset, "timeindex"), bytes: indexes.times.encode() },
    { path: segmentFile(state.dir, baseOffset, "txnindex"), bytes: aborted },
  ]
  try {
    for (const { path, bytes } of files) await writeFile(disk, `${path}.tmp`, bytes)
    for (const { path } of files) await disk.rename(`${path}.tmp`, path)
    await disk.syncDir(state.dir)
  } catch (error) {
    // Without them the next start scans this segment.
    if (!isDiskFull(error)) throw error
    for (const { path } of files) await removeFile(disk, `${path}.tmp`).catch(() => false)
    return
  }
  fresh.isSealed = true
  dir.indexes.hold(fresh)
  dir.onSealed()
}
