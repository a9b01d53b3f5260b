/**
 * Transactions of one partition, as its log tells them: which are open, which were aborted. Follows the written log and nothing else. The
 * last stable offset is where the first undecided transaction begins; one whose marker can still vanish counts as undecided.
 */
export interface AbortedTransaction {
  readonly producerId: number
  /** Of its first batch here. */
  readonly firstOffset: number
  /** Of its marker. */
  readonly lastOffset: number
  /** Everything below was decided when the marker was written: later entries begin at or behind it. */
  readonly lastStableOffset: number
}

interface Ended {
  readonly firstOffset: number
  readonly markerOffset: number
}

export class OpenTransactions {
  /** First offsets by producer id. The log only grows, so insertion order is the order of offsets. */
  private readonly open = new Map<number, number>()
  /** Ended, and the marker was above the high watermark when last asked. */
  private ended: Ended[] = []
  /** In the order of their markers. */
  private list: AbortedTransaction[] = []

  get aborted(): readonly AbortedTransaction[] {
    return this.list
  }

  begin(producerId: number, firstOffset: number): void {
    if (!this.open.has(producerId)) this.open.set(producerId, firstOffset)
  }

  end(producerId: number, { markerOffset, isCommit }: { markerOffset: number; isCommit: boolean }): void {
    const firstOffset = this.open.get(producerId)
    if (firstOffset === undefined) return
    this.open.delete(producerId)
    this.ended.push({ firstOffset, markerOffset })
    if (isCommit) return
    const [next] = this.open.values()
    this.list.push({ producerId, firstOffset, lastOffset: markerOffset, lastStableOffset: next ?? markerOffset + 1 })
  }

  lastStable(highWatermark: number): number {
    if (this.ended.length > 0) this.ended = this.ended.filter(({ markerOffset }) => markerOffset >= highWatermark)
    const [firstOpen = highWatermark] = this.open.values()
    return this.ended.reduce((least, { firstOffset }) => Math.min(least, firstOffset), Math.min(firstOpen, highWatermark))
  }

  /** Those of which a reader of [from, to) may see a part, by first offset. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    for (let at = this.firstEndingAt(from); at < this.list.length; at++) {
      const one = this.list[at]
      if (one === undefined) break
      if (one.firstOffset < to) found.push(one)
      if (one.lastStableOffset >= to) break
    }
    return found.sort((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Those whose markers lie in [from, to). */
  endedBetween(from: number, to: number): AbortedTransaction[] {
    return this.list.slice(this.firstEndingAt(from), this.firstEndingAt(to))
  }

  /** From caches, before anything is replayed: both lists in the order of the log. */
  restore({ open, aborted }: { open: Iterable<readonly [number, number]>; aborted: readonly AbortedTransaction[] }): void {
    for (const [producerId, firstOffset] of open) this.open.set(producerId, firstOffset)
    this.list.push(...aborted)
  }

  /** Compaction removed their markers, and their data before: a reader that knew of them would wait for the end of nothing. */
  forgetMarkers(offsets: readonly number[]): void {
    const gone = new Set(offsets)
    if (gone.size > 0) this.list = this.list.filter(({ lastOffset }) => !gone.has(lastOffset))
  }

  /** What nobody can read any more. */
  dropBefore(logStart: number): void {
    const gone = this.firstEndingAt(logStart)
    if (gone > 0) this.list = this.list.slice(gone)
  }

  /** Index of the first one whose marker lies at or behind an offset. */
  private firstEndingAt(offset: number): number {
    let [low, high] = [0, this.list.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.list[middle]?.lastOffset ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
