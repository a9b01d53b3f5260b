/**
 * Compaction of one partition at a time: the last offset of each key in the part that is new, then every segment from the start written
 * anew without what a later record replaces. It reads in windows and gives way to everything else between them. A run that is cut short
 * loses nothing: segments are swapped one by one from the oldest, so no tombstone goes before what it deletes.
 */
import { verifyCrc } from "@rivven/protocol/records"
import type { DiskFile } from "../../ports.ts"
import { isDiskFull, removeFile, withFile } from "../../storage/disk.ts"
import type { LogDir } from "../log-dir.ts"
import type { Partition } from "../partition.ts"
import type { PartitionState } from "../partition-state.ts"
import { withSegment } from "../reader.ts"
import { type Scanned, scanBatches } from "../scan.ts"
import type { Segment } from "../segment.ts"
import { type AbortedStretch, BatchCleaner, type CleanRules, noteKeys } from "./clean-batch.ts"
import { KeyMap } from "./key-map.ts"
import { SegmentWriter } from "./segment-writer.ts"
import { type Stretch, stretchOf } from "./stretch.ts"
import { swapSegment } from "./swap.ts"

const windowBytes = 262_144
const oldFileMs = 10_000
const mostOldFiles = 16

/** What a run hits that is no fault of the disk. */
class Unreadable extends Error {
  override readonly name = "Unreadable"
}

export class Compactor {
  private readonly dir: LogDir
  private readonly maxKeys: number
  private readonly cleanedUpTo = new WeakMap<PartitionState, number>()
  private readonly replaced = new Set<Segment>()
  private running: Promise<unknown> = Promise.resolve()
  private isStopped = false

  constructor(dir: LogDir, maxKeys: number) {
    this.dir = dir
    this.maxKeys = maxKeys
  }

  /** Answers how many bytes it saved. */
  async compact(partition: Partition, nowMs: number): Promise<number> {
    const run = this.run(partition, nowMs)
    this.running = Promise.allSettled([this.running, run])
    return run
  }

  /** The segment in work stays as it was. */
  async stop(): Promise<void> {
    this.isStopped = true
    await this.running
    for (const segment of this.replaced) await segment.closeFile()
  }

  private async run(partition: Partition, nowMs: number): Promise<number> {
    const { state } = partition
    await partition.appender.sealer.idle()
    if (!this.mayGoOn(state)) return 0
    const stretch = stretchOf(partition, { nowMs, cleanedUpTo: this.cleanedUpTo.get(state) ?? 0 })
    if (stretch === null) return 0
    try {
      return await this.clean(partition, stretch, nowMs)
    } catch (error) {
      if (state.closed === null) this.dir.logger.error({ partition: state.name, reason: String(error) }, "compaction stopped")
      return 0
    }
  }

  private async clean(partition: Partition, stretch: Stretch, nowMs: number): Promise<number> {
    const { state } = partition
    const { rules, isWhole } = await this.learn(partition, stretch, nowMs)
    if (!isWhole) return 0
    const cleaner = new BatchCleaner(rules)
    let saved = 0
    for (const old of stretch.segments) {
      if (old.baseOffset >= rules.endOffset) break
      const bytes = await this.cleanSegment(state, old, cleaner)
      if (bytes === null) return saved
      saved += bytes
    }
    this.cleanedUpTo.set(state, rules.endOffset)
    this.dir.logger.info({ partition: state.name, keys: rules.keys.size, saved, upTo: rules.endOffset }, "log compacted")
    return saved
  }

  private async learn(partition: Partition, { segments, firstDirty }: Stretch, nowMs: number) {
    const keys = new KeyMap(this.maxKeys)
    const end = segments.at(-1)?.nextOffset ?? 0
    const aborted = abortedBy(partition)
    let endOffset = firstDirty
    let isFull = false
    for (const segment of segments) {
      if (segment.nextOffset <= firstDirty || isFull) continue
      const isDone = await this.eachBatch(segment, ({ place, bytes }) => {
        if (place.lastOffset < firstDirty) return "next"
        isFull = !noteKeys(bytes, keys, aborted)
        if (isFull) return "stop"
        endOffset = place.lastOffset + 1
        return "next"
      })
      if (!isDone && !isFull) return { rules: this.rules(partition, { keys, aborted, endOffset: 0, nowMs }), isWhole: false }
    }
    return { rules: this.rules(partition, { keys, aborted, endOffset: isFull ? endOffset : end, nowMs }), isWhole: true }
  }

  private rules(partition: Partition, known: Pick<CleanRules, "keys" | "aborted" | "endOffset" | "nowMs">): CleanRules {
    const producers = [...partition.producers()]
    return {
      ...known,
      deleteRetentionMs: partition.config.deleteRetentionMs,
      sequenceEnds: new Set(producers.flatMap(({ batches }) => batches.map(({ lastOffset }) => lastOffset))),
      liveEpochs: new Map(producers.map(({ producerId, epoch }) => [producerId, epoch])),
    }
  }

  /** How many bytes that saved, null when it had to stop. */
  private async cleanSegment(state: PartitionState, old: Segment, cleaner: BatchCleaner): Promise<number | null> {
    const { disk, health } = this.dir
    const path = `${old.path}.cleaned`
    const markersBefore = cleaner.goneMarkers.length
    try {
      const fresh = await withFile(opened(disk.open(path, "create")), (file) => this.rewrite({ state, old, cleaner, path }, file))
      const goneMarkers = cleaner.goneMarkers.slice(markersBefore)
      if (fresh !== null && fresh !== "same") old.file = await opened(disk.open(old.path, "read"))
      const isSwapped = fresh !== null && fresh !== "same" && (await swapSegment({ state, old, fresh, path, goneMarkers }, this.dir))
      if (old.file !== null) this.closeLater(old)
      if (isSwapped) return old.sizeBytes - fresh.sizeBytes
      await removeFile(disk, path)
      return fresh === "same" ? 0 : null
    } catch (error) {
      if (old.file !== null) this.closeLater(old)
      await removeFile(disk, path).catch(() => false)
      if (error instanceof Unreadable || isDiskFull(error) || state.closed !== null) throw error
      health.fail(`compacting ${old.path}`, error)
      return null
    }
  }

  /** Null when it had to stop. */
  private async rewrite(
    { state, old, cleaner, path }: { state: PartitionState; old: Segment; cleaner: BatchCleaner; path: string },
    file: DiskFile,
  ): Promise<Segment | "same" | null> {
    const writer = new SegmentWriter({ old, file, path, intervalBytes: state.config.indexIntervalBytes })
    let isChanged = false
    const isDone = await this.eachBatch(old, ({ place, bytes }) => {
      const cleaned = cleaner.clean(bytes)
      if (cleaned.kind === "gone") writer.drop(bytes, place)
      else writer.keep(cleaned.kind === "same" ? bytes : cleaned.bytes)
      // An empty batch of nobody is written anew in any run; that alone is no change.
      isChanged ||= cleaned.kind === "changed" || (cleaned.kind === "gone" && place.sizeBytes > emptyBytes)
      return this.mayGoOn(state) ? "next" : "stop"
    })
    if (!isDone || !this.mayGoOn(state)) return null
    if (!isChanged) return "same"
    await writer.finish()
    if (writer.segment.nextOffset !== old.nextOffset || writer.segment.sizeBytes > maxPosition)
      throw new Unreadable(`${old.path} would end at ${writer.segment.nextOffset} instead of ${old.nextOffset}`)
    return writer.segment
  }

  /** True when it met the end of the segment. Damage is not for compaction to judge: it leaves the partition alone. */
  private async eachBatch(segment: Segment, visit: (batch: Scanned) => "next" | "stop"): Promise<boolean> {
    const { why, position } = await withSegment(segment, this.dir, (file) =>
      scanBatches(file, { from: 0, end: segment.sizeBytes, windowBytes, isWhole: true }, (batch) => {
        if (!verifyCrc(batch.bytes)) throw new Unreadable(`the CRC at byte ${batch.position} of ${segment.path} does not match`)
        return this.isStopped ? "stop" : visit(batch)
      }),
    )
    if (why === "bad" || why === "cut") throw new Unreadable(`no whole batch at byte ${position} of ${segment.path}`)
    return why === "end"
  }

  private mayGoOn({ closed }: PartitionState): boolean {
    return !this.isStopped && closed === null && this.dir.health.current.state === "ok"
  }

  /** Who found the old segment before the swap has time to open it; not for ever, and not many at once. */
  private closeLater(segment: Segment): void {
    const [oldest] = this.replaced
    if (oldest !== undefined && this.replaced.size >= mostOldFiles) {
      this.replaced.delete(oldest)
      oldest.closeFile().catch(() => {})
    }
    this.replaced.add(segment)
    this.dir.clock.after(oldFileMs, () => {
      if (!this.replaced.delete(segment)) return
      segment.closeFile().catch(() => {})
    })
  }
}

/** A file that cannot be opened now, for want of descriptors, is no reason to end writing. */
async function opened(opening: Promise<DiskFile>): Promise<DiskFile> {
  try {
    return await opening
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : String(error))
  }
}

const emptyBytes = 61
const maxPosition = 0x7fff_ffff

function abortedBy(partition: Partition): Map<number, AbortedStretch[]> {
  const found = new Map<number, AbortedStretch[]>()
  for (const one of partition.abortedTransactions({ from: 0, to: Number.POSITIVE_INFINITY })) {
    const known = found.get(one.producerId)
    if (known === undefined) found.set(one.producerId, [one])
    else known.push(one)
  }
  return found
}
