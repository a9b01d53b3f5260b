/**
 * Opens the log of one partition directory. After a clean stop the checkpoints are trusted; otherwise everything from the recovery point
 * on is read and checked, what lies above the durable frontier is copied to new files and synced, and only then is the log served.
 * Indexes, snapshots and the epoch checkpoint are caches here: whatever is missing makes the scan start earlier.
 */
import { BrokerError } from "../errors.ts"
import type { Disk } from "../ports.ts"
import { readFile, removeFile, withFile } from "../storage/disk.ts"
import { placeAt, viewOf } from "./batch-walk.ts"
import type { CleanMark } from "./checkpoints.ts"
import type { FrontierEntry } from "./frontier.ts"
import { loadIndexes } from "./index-cache.ts"
import { LeaderEpochs } from "./leader-epochs.ts"
import type { CorruptRange, RecoveryReport } from "./model.ts"
import type { AbortedTransaction } from "./open-transactions.ts"
import type { PartitionIdentity, RecoveredLog } from "./partition-state.ts"
import { decodeProducers } from "./producer-snapshot.ts"
import { ProducerStates } from "./producer-state.ts"
import type { Quarantine } from "./quarantine.ts"
import { repairFiles } from "./recovery-repair.ts"
import { RecoveryScan, type ScanOutcome } from "./recovery-scan.ts"
import { parseSegmentFile, Segment, segmentFile } from "./segment.ts"
import { decodeAborted } from "./transaction-index.ts"

export interface RecoverInput {
  disk: Disk
  id: PartitionIdentity
  dir: string
  frontier: FrontierEntry | undefined
  /** Below it files need no check; 0 when unknown. */
  recoveryPoint: number
  /** Present after a clean stop. */
  clean: CleanMark | undefined
  /** Damage that earlier starts found. */
  knownCorruptions: readonly CorruptRange[]
  indexIntervalBytes: number
  isInternal: boolean
  quarantine: Quarantine
  report: RecoveryReport
}

export interface OpenedLog extends RecoveredLog {
  /** Snapshots for the offsets where closed, unsealed segments end. */
  snapshots: ReadonlyMap<number, Uint8Array>
}

export async function recoverPartition(input: RecoverInput): Promise<OpenedLog> {
  const { disk, dir, frontier, report } = input
  // An earlier start may have renamed here and been killed before its sync: nothing may be cut on the word of names that can still vanish.
  await disk.syncDir(dir)
  const { bases, snapshots } = await takeInventory(disk, dir)
  const start = await chooseStart(input, bases, snapshots)
  const { trusted, producers, epochs } = start
  const logStart = Math.max(frontier?.logStart ?? 0, 0)
  const opened = start.isTrusted
    ? { segments: trusted, end: input.clean?.offset ?? 0, corruptions: [], snapshots: new Map<number, Uint8Array>() }
    : await scanAndRepair(input, bases.slice(start.scanFrom), start)
  const { segments, end } = opened
  const found = [...missingHead(input, bases[0] ?? logStart, logStart), ...opened.corruptions]
  if (input.isInternal && found[0] !== undefined) throw internalDamage(found[0])
  report.corruptions.push(...found)
  for (const offset of snapshots) if (offset > end) await removeFile(disk, segmentFile(dir, offset, "snapshot"))
  await disk.syncDir(dir)
  if (frontier !== undefined) epochs.begin(frontier.leaderEpoch, end)
  if (input.clean === undefined) epochs.begin(epochs.latest + 1, end)
  const active = segments.at(-1)
  if (active !== undefined) await openActive(disk, active)
  const corruptRanges = mergeRanges(input.knownCorruptions, found, logStart)
  return { segments, logStart, end, epochs, producers, corruptRanges, snapshots: opened.snapshots }
}

interface Start {
  /** Nothing needs a scan. */
  isTrusted: boolean
  /** Index of the first segment to scan. */
  scanFrom: number
  trusted: Segment[]
  producers: ProducerStates
  epochs: LeaderEpochs
}

async function takeInventory(disk: Disk, dir: string): Promise<{ bases: number[]; snapshots: number[] }> {
  const names = await disk.list(dir)
  const files = names.map((name) => ({ name, file: parseSegmentFile(name) }))
  const bases = files.flatMap(({ file }) => (file?.kind === "log" ? [file.offset] : [])).sort((a, b) => a - b)
  const snapshots = files.flatMap(({ file }) => (file?.kind === "snapshot" ? [file.offset] : []))
  for (const { name, file } of files) {
    const isOrphan = (file?.kind === "index" || file?.kind === "timeindex" || file?.kind === "txnindex") && !bases.includes(file.offset)
    if (isOrphan || /\.(deleted|recover|cleaned|tmp)$/.test(name)) await removeFile(disk, `${dir}/${name}`)
  }
  return { bases, snapshots }
}

async function chooseStart(input: RecoverInput, bases: number[], snapshots: number[]): Promise<Start> {
  const { disk, dir, clean, recoveryPoint } = input
  const checkpoint = await readFile(disk, `${dir}/leader-epoch-checkpoint`)
  const epochs = checkpoint === null ? null : LeaderEpochs.decode(checkpoint)
  const whole = clean !== undefined && epochs !== null ? await trustEverything(input, bases, { clean, epochs }) : null
  if (whole !== null) return whole
  const wanted = bases.findLastIndex((base) => base <= recoveryPoint)
  const below = epochs === null ? [] : await trustSegments(input, bases.slice(0, Math.max(wanted, 0)), bases[Math.max(wanted, 0)] ?? 0)
  for (let scanFrom = below.length; scanFrom > 0; scanFrom--) {
    const base = bases[scanFrom] ?? 0
    const producers = snapshots.includes(base) ? await readSnapshot({ disk, dir, offset: base }, below.slice(0, scanFrom)) : null
    if (producers === null || epochs === null) continue
    epochs.truncateFrom(base)
    return { isTrusted: false, scanFrom, trusted: below.slice(0, scanFrom).map(({ segment }) => segment), producers, epochs }
  }
  return { isTrusted: false, scanFrom: 0, trusted: [], producers: new ProducerStates(), epochs: new LeaderEpochs() }
}

/** After a clean stop, when everything is as the marker says. */
async function trustEverything(
  input: RecoverInput,
  bases: number[],
  { clean, epochs }: { clean: CleanMark; epochs: LeaderEpochs },
): Promise<Start | null> {
  if (clean.segments !== bases.length || bases.length === 0) return null
  const trusted = await trustSegments(input, bases, clean.offset)
  if (trusted.length !== bases.length || trusted.at(-1)?.segment.sizeBytes !== clean.activeBytes) return null
  const producers = await readSnapshot({ disk: input.disk, dir: input.dir, offset: clean.offset }, trusted)
  if (producers === null) return null
  return { isTrusted: true, scanFrom: bases.length, trusted: trusted.map(({ segment }) => segment), producers, epochs }
}

interface TrustedSegment {
  segment: Segment
  aborted: readonly AbortedTransaction[]
}

/** Segments with usable caches, from the first one on, as far as they go. */
async function trustSegments({ disk, dir }: RecoverInput, bases: readonly number[], end: number): Promise<TrustedSegment[]> {
  const trusted: TrustedSegment[] = []
  for (const [at, base] of bases.entries()) {
    const segment = new Segment(dir, base)
    segment.nextOffset = bases[at + 1] ?? end
    segment.sizeBytes = await withFile(disk.open(segment.path, "read"), async (file) => file.size())
    const indexes = await loadIndexes(disk, segment)
    const aborted = await readAborted(disk, segment)
    if (indexes === null || aborted === null) break
    const { last } = indexes.times
    segment.maxTimestamp = last?.timestamp ?? -1
    segment.maxTimestampOffset = last === null ? -1 : base + last.relativeOffset
    segment.indexes = at === bases.length - 1 ? indexes : null
    segment.isSealed = true
    trusted.push({ segment, aborted })
  }
  return trusted
}

async function readAborted(disk: Disk, { dir, baseOffset, nextOffset }: Segment): Promise<AbortedTransaction[] | null> {
  const bytes = await readFile(disk, segmentFile(dir, baseOffset, "txnindex"))
  return bytes === null ? null : decodeAborted(bytes, { from: baseOffset, to: nextOffset })
}

interface SnapshotPlace {
  disk: Disk
  dir: string
  offset: number
}

async function readSnapshot({ disk, dir, offset }: SnapshotPlace, below: readonly TrustedSegment[]): Promise<ProducerStates | null> {
  const bytes = await readFile(disk, segmentFile(dir, offset, "snapshot"))
  const entries = bytes === null ? null : decodeProducers(bytes)
  if (entries === null) return null
  const states = new ProducerStates()
  states.restore(
    entries,
    below.flatMap(({ aborted }) => aborted),
  )
  return states
}

async function scanAndRepair(input: RecoverInput, bases: number[], start: Start): Promise<ScanOutcome & { segments: Segment[] }> {
  const { disk, dir, id, frontier, indexIntervalBytes, report, quarantine, isInternal } = input
  const { producers, epochs, trusted } = start
  const bounds = { startOffset: bases[0] ?? frontier?.logStart ?? 0, frontier: frontier?.durable ?? 0 }
  const outcome = await new RecoveryScan({ disk, id, dir, bases, ...bounds, indexIntervalBytes, producers, epochs }).run()
  report.scannedBytes += outcome.scannedBytes
  const [damage] = outcome.corruptions
  if (isInternal && damage !== undefined) throw internalDamage(damage)
  const segments = await repairFiles({ disk, id, dir, outcome, quarantine, report })
  return { ...outcome, segments: [...trusted, ...segments] }
}

/** Opens the file that appends go to, and finds the timestamp from which `segment.ms` counts. */
async function openActive(disk: Disk, active: Segment): Promise<void> {
  active.file = await disk.open(active.path, "append")
  active.isSealed = false
  if (active.isEmpty || active.firstTimestamp >= 0) return
  const header = new Uint8Array(61)
  await active.file.read(header, 0)
  const place = placeAt(viewOf(header), 0)
  if (typeof place !== "string") active.firstTimestamp = place.maxTimestamp
}

function missingHead({ id, dir }: RecoverInput, firstBase: number, logStart: number): CorruptRange[] {
  if (firstBase <= logStart) return []
  const reason = "missing at the start of the log"
  return [{ topic: id.topic, index: id.index, from: logStart, to: firstBase, file: dir, position: 0, reason }]
}

function mergeRanges(known: readonly CorruptRange[], found: readonly CorruptRange[], logStart: number): CorruptRange[] {
  const fresh = found.filter((range) => !known.some((old) => old.from === range.from && old.to === range.to))
  return [...known, ...fresh].filter((range) => range.to > logStart).sort((a, b) => a.from - b.from)
}

function internalDamage(range: CorruptRange): BrokerError {
  const where = `${range.file} at byte ${range.position}, offset ${range.from}`
  return new BrokerError("INTERNAL_LOG_CORRUPT", `an internal log is damaged: ${where}: ${range.reason}`, { path: range.file })
}
