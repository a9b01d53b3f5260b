/**
 * Which leader epoch wrote which offsets: (epoch, first offset) pairs, both rising. Kept in Kafka's `leader-epoch-checkpoint` text file,
 * which is a cache: batches carry their epoch, and the current one is in the frontier journal.
 */

export interface EpochStart {
  epoch: number
  startOffset: number
}

export class LeaderEpochs {
  private entries: EpochStart[] = []

  get latest(): number {
    return this.entries.at(-1)?.epoch ?? 0
  }

  get all(): readonly EpochStart[] {
    return this.entries
  }

  /** Records that `epoch` begins at an offset; an epoch that is already known changes nothing. True when it was new. */
  begin(epoch: number, startOffset: number): boolean {
    const last = this.entries.at(-1)
    if (last !== undefined && epoch <= last.epoch) return false
    if (last?.startOffset === startOffset) this.entries.pop()
    this.entries.push({ epoch, startOffset })
    return true
  }

  truncateFrom(offset: number): void {
    while ((this.entries.at(-1)?.startOffset ?? -1) >= offset) this.entries.pop()
  }

  /** Forgets what lies before the log start, keeping the epoch in force there. */
  dropBefore(offset: number): void {
    while ((this.entries[1]?.startOffset ?? Number.POSITIVE_INFINITY) <= offset) this.entries.shift()
  }

  at(offset: number): number {
    return this.entries.findLast((entry) => entry.startOffset <= offset)?.epoch ?? -1
  }

  /** The greatest known epoch <= the asked one and where it ends; null for an epoch of the future or from before the log. */
  endOffset(epoch: number, logEnd: number): { epoch: number; endOffset: number } | null {
    if (epoch > this.latest) return null
    const index = this.entries.findLastIndex((entry) => entry.epoch <= epoch)
    const found = this.entries[index]
    if (found === undefined) return null
    return { epoch: found.epoch, endOffset: this.entries[index + 1]?.startOffset ?? logEnd }
  }

  encode(): Uint8Array {
    const lines = this.entries.map((entry) => `${entry.epoch} ${entry.startOffset}\n`)
    return new TextEncoder().encode(`0\n${lines.length}\n${lines.join("")}`)
  }

  /** Null when the text is not a checkpoint. */
  static decode(bytes: Uint8Array): LeaderEpochs | null {
    const [version, count, ...rest] = new TextDecoder().decode(bytes).split("\n")
    const lines = rest.filter((line) => line !== "")
    if (version !== "0" || Number(count) !== lines.length) return null
    const epochs = new LeaderEpochs()
    for (const line of lines) {
      const [epoch, startOffset] = line.split(" ").map(Number)
      if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(startOffset)) return null
      epochs.begin(epoch ?? 0, startOffset ?? 0)
    }
    return epochs.entries.length === lines.length ? epochs : null
  }
}
