/**
 * Makes the files agree with what a scan found, so that every crash on the way leaves something the next scan reads the same way. What
 * lies above the frontier may exist in the page cache only: it is copied to a new file, synced and renamed before anything of the old
 * file is cut, and a segment's end is where the next file begins.
 */
import type { Disk, DiskFile } from "../ports.ts"
import { removeFile, withFile, writeAll } from "../storage/disk.ts"
import type { RecoveryReport } from "./model.ts"
import type { PartitionIdentity } from "./partition-state.ts"
import type { Quarantine } from "./quarantine.ts"
import type { Part, ScannedFile, ScanOutcome } from "./recovery-scan.ts"
import { Segment, segmentFile } from "./segment.ts"

export interface RepairInput {
  disk: Disk
  id: PartitionIdentity
  dir: string
  outcome: ScanOutcome
  quarantine: Quarantine
  report: RecoveryReport
}

const copyBytes = 1_048_576

/** Answers the segments of the scanned files, in order; the last one ends where the log ends. */
export async function repairFiles(input: RepairInput): Promise<Segment[]> {
  const { disk, dir, outcome } = input
  const segments: Segment[] = []
  for (const file of outcome.files) segments.push(...(await repairFile(input, file)))
  for (const baseOffset of outcome.unreachable) await setAside(input, baseOffset)
  const last = segments.at(-1)
  if (last === undefined || last.nextOffset !== outcome.end || outcome.corruptions.some((range) => range.to === outcome.end)) {
    const fresh = new Segment(dir, outcome.end)
    await withFile(disk.open(fresh.path, "create"), (file) => file.datasync())
    if (last?.baseOffset !== fresh.baseOffset) segments.push(fresh)
  }
  await disk.syncDir(dir)
  return segments
}

async function repairFile(input: RepairInput, file: ScannedFile): Promise<Segment[]> {
  const { disk, dir, quarantine, id, report, outcome } = input
  const { path } = new Segment(dir, file.baseOffset)
  const tailBytes = file.fileBytes - file.validTo
  if (file.tail === "torn" && tailBytes > 0) {
    await quarantine.keepTail(path, file.validTo, file.fileBytes)
    report.truncations.push({ topic: id.topic, index: id.index, offset: outcome.end, bytes: tailBytes, reason: file.reason })
  }
  const above = file.parts.find((part) => part.isAbove)
  const below = file.parts.find((part) => !part.isAbove)
  const keep = above === undefined ? file.validTo : above.from
  if (keep < file.fileBytes) await dropIndexes(input, file.baseOffset)
  if (above !== undefined && above.to > above.from) await copyPart(input, path, above)
  const isReplaced = above?.segment.baseOffset === file.baseOffset && above.to > above.from
  if (!isReplaced) await settleFile(disk, path, keep < file.fileBytes ? keep : null)
  return [below, above].filter((part) => part !== undefined).map((part) => part.segment)
}

/** They describe a longer file; the next sealing writes them anew. */
async function dropIndexes({ disk, dir }: RepairInput, baseOffset: number): Promise<void> {
  await removeFile(disk, segmentFile(dir, baseOffset, "index"))
  await removeFile(disk, segmentFile(dir, baseOffset, "timeindex"))
  await removeFile(disk, segmentFile(dir, baseOffset, "txnindex"))
}

async function copyPart({ disk, dir, report }: RepairInput, source: string, part: Part): Promise<void> {
  const target = segmentFile(dir, part.segment.baseOffset, "log")
  const fresh = `${target}.recover`
  await withFile(disk.open(source, "read"), (from) =>
    withFile(disk.open(fresh, "create"), async (to) => {
      await copyRange(from, to, part)
      await to.datasync()
    }),
  )
  await disk.rename(fresh, target)
  await disk.syncDir(dir)
  report.rewrittenBytes += part.to - part.from
}

async function copyRange(from: DiskFile, to: DiskFile, part: Part): Promise<void> {
  const buffer = new Uint8Array(Math.min(copyBytes, part.to - part.from))
  for (let position = part.from; position < part.to; ) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, part.to - position))
    const count = await from.read(chunk, position)
    if (count === 0) throw new Error(`${part.segment.path} became shorter while it was copied`)
    writeAll(to, chunk.subarray(0, count), { position: position - part.from, path: part.segment.path })
    position += count
  }
}

/** Cuts and syncs. Without a cut too: an earlier start may have cut and been killed before its sync, and the cache shows the cut. */
function settleFile(disk: Disk, path: string, cutTo: number | null): Promise<void> {
  return withFile(disk.open(path, "append"), async (file) => {
    if (cutTo !== null) await file.truncate(cutTo)
    await file.datasync()
  })
}

/** A file that is no part of the log: into quarantine if it has content. */
async function setAside({ disk, dir, quarantine, id, report, outcome }: RepairInput, baseOffset: number): Promise<void> {
  const { path } = new Segment(dir, baseOffset)
  const bytes = await withFile(disk.open(path, "read"), async (file) => file.size())
  if (bytes === 0) return disk.unlink(path)
  await quarantine.move(path)
  report.truncations.push({ topic: id.topic, index: id.index, offset: outcome.end, bytes, reason: "behind the end of the log" })
}
