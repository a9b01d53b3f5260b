/**
 * Reads the segments of one partition from a given one on and decides, batch by batch, what is log and what is not. Above the frontier
 * the log ends at the first bad batch, whatever lies behind it. Below the frontier a bad batch is damage to acknowledged data: the range
 * is noted, the walk goes on behind it. Changes no file.
 */
import { parseBatchHeader, verifyCrc } from "@rivven/protocol/records"
import type { Disk, DiskFile } from "../ports.ts"
import { withFile } from "../storage/disk.ts"
import type { LeaderEpochs } from "./leader-epochs.ts"
import type { CorruptRange } from "./model.ts"
import { OffsetIndex } from "./offset-index.ts"
import type { PartitionIdentity } from "./partition-state.ts"
import { encodeProducers } from "./producer-snapshot.ts"
import { markerOf, type ProducerStates } from "./producer-state.ts"
import { findNextBatch } from "./recovery-resync.ts"
import { type Scanned, scanBatches } from "./scan.ts"
import { Segment } from "./segment.ts"
import { TimeIndex } from "./time-index.ts"

/** A run of valid bytes of one file; what lies at or above the frontier is a part of its own and will become a file of its own. */
export interface Part {
  segment: Segment
  from: number
  to: number
  isAbove: boolean
}

export interface ScannedFile {
  baseOffset: number
  fileBytes: number
  parts: Part[]
  /** Behind `validTo` lies nothing that is kept. `superseded`: a newer file holds those offsets. */
  validTo: number
  tail: "none" | "torn" | "superseded"
  reason: string
}

export interface ScanInput {
  disk: Disk
  id: PartitionIdentity
  dir: string
  bases: readonly number[]
  /** Where the first of these files should begin. */
  startOffset: number
  /** Exclusive end of what is known to be durable. */
  frontier: number
  indexIntervalBytes: number
  producers: ProducerStates
  epochs: LeaderEpochs
}

export interface ScanOutcome {
  files: ScannedFile[]
  end: number
  corruptions: CorruptRange[]
  /** Base offsets of files behind the end: no part of the log. */
  unreachable: number[]
  scannedBytes: number
  /** Producer snapshots for the offsets where parts begin. */
  snapshots: Map<number, Uint8Array>
}

const windowBytes = 1_048_576

export class RecoveryScan {
  private readonly input: ScanInput
  private readonly outcome: ScanOutcome
  private expected: number
  private isOver = false

  constructor(input: ScanInput) {
    this.input = input
    this.expected = input.startOffset
    this.outcome = { files: [], end: 0, corruptions: [], unreachable: [], scannedBytes: 0, snapshots: new Map() }
  }

  async run(): Promise<ScanOutcome> {
    const { bases, frontier, disk, dir } = this.input
    for (const [at, baseOffset] of bases.entries()) {
      if (this.leavesGap(baseOffset)) this.outcome.unreachable.push(baseOffset)
      else {
        const { path } = new Segment(dir, baseOffset)
        await withFile(disk.open(path, "read"), (file) => this.scanFile(file, baseOffset, bases[at + 1] ?? Number.POSITIVE_INFINITY))
      }
    }
    if (this.expected < frontier) this.damage(frontier, { file: dir, position: 0, reason: "missing at the end of the log" })
    this.outcome.end = this.expected
    return this.outcome
  }

  /** A file that does not continue the log: damage below the frontier, no part of the log above it. */
  private leavesGap(baseOffset: number): boolean {
    if (this.isOver) return true
    if (baseOffset === this.expected) return false
    if (baseOffset < this.expected || baseOffset > this.input.frontier) {
      this.isOver = baseOffset > this.expected
      return true
    }
    this.damage(baseOffset, { file: new Segment(this.input.dir, baseOffset).path, position: 0, reason: "the segment before is incomplete" })
    return false
  }

  private async scanFile(file: DiskFile, baseOffset: number, nextBase: number): Promise<void> {
    const { frontier } = this.input
    const scanned: ScannedFile = { baseOffset, fileBytes: file.size(), parts: [], validTo: 0, tail: "none", reason: "" }
    this.outcome.files.push(scanned)
    this.outcome.scannedBytes += scanned.fileBytes
    this.startPart(scanned, 0)
    let from = 0
    while (await this.walk(file, { scanned, from, nextBase })) {
      if (this.expected >= Math.min(frontier, nextBase)) return this.endOfFile(scanned, nextBase)
      const position = scanned.validTo
      const next = await findNextBatch(file, { from: position, above: this.expected, upTo: Math.min(frontier, nextBase) })
      const { path } = new Segment(this.input.dir, baseOffset)
      this.damage(next?.baseOffset ?? Math.min(frontier, nextBase), { file: path, position, reason: scanned.reason })
      scanned.validTo = scanned.fileBytes
      if (next === null) return
      from = next.position
    }
  }

  /** Takes batches as long as they are good; true when something is not and `validTo` says where. */
  private async walk(
    file: DiskFile,
    { scanned, from, nextBase }: { scanned: ScannedFile; from: number; nextBase: number },
  ): Promise<boolean> {
    let reason = ""
    const options = { from, end: scanned.fileBytes, windowBytes, isWhole: true }
    const { why, position } = await scanBatches(file, options, (batch) => {
      reason = this.judge(batch, nextBase)
      if (reason !== "") return "stop"
      this.accept(scanned, batch)
      return "next"
    })
    scanned.validTo = position
    scanned.reason = reason || (why === "cut" ? "the file ends inside a batch" : "no batch header")
    return why !== "end"
  }

  /** What follows is a copy that a newer file replaced, or bytes that are no batch; those end the log unless a newer file goes on. */
  private endOfFile(scanned: ScannedFile, nextBase: number): void {
    scanned.tail = scanned.reason === superseded ? "superseded" : "torn"
    this.isOver = this.expected < nextBase
  }

  private judge({ place, bytes }: Scanned, nextBase: number): string {
    if (this.expected >= nextBase && place.baseOffset >= nextBase) return superseded
    if (place.baseOffset !== this.expected) return `base offset ${place.baseOffset} where ${this.expected} comes next`
    return verifyCrc(bytes) ? "" : "the CRC does not match"
  }

  private accept(scanned: ScannedFile, { place, position, bytes }: Scanned): void {
    const { producers, epochs, frontier, indexIntervalBytes } = this.input
    const last = scanned.parts.at(-1)
    if (this.expected >= frontier && last?.isAbove === false) this.startPart(scanned, position)
    const part = scanned.parts.at(-1)
    if (part === undefined) return
    const header = parseBatchHeader(bytes)
    const force = position > part.to
    part.segment.note(place, position - part.from, { intervalBytes: indexIntervalBytes, force })
    part.to = position + place.sizeBytes
    producers.apply({ header, baseOffset: place.baseOffset, lastOffset: place.lastOffset, marker: markerOf(header, bytes) })
    epochs.begin(header.partitionLeaderEpoch, place.baseOffset)
    this.expected = place.lastOffset + 1
  }

  private startPart(scanned: ScannedFile, position: number): void {
    const segment = new Segment(this.input.dir, this.expected)
    segment.indexes = { offsets: new OffsetIndex(), times: new TimeIndex() }
    const isAbove = this.expected >= this.input.frontier
    scanned.parts.push({ segment, from: position, to: position, isAbove })
    this.outcome.snapshots.set(this.expected, encodeProducers(this.input.producers))
  }

  private damage(to: number, where: { file: string; position: number; reason: string }): void {
    const { topic, index } = this.input.id
    if (to <= this.expected) return
    this.outcome.corruptions.push({ topic, index, from: this.expected, to, ...where })
    this.expected = to
  }
}

const superseded = "a newer segment holds these offsets"
