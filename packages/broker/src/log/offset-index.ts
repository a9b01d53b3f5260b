/**
 * Sparse map from relative offset to file position, one entry per `index.interval.bytes`: the last offset of a batch and where that batch
 * begins. In memory typed arrays; on disk Kafka's `.index` file, big-endian pairs of int32. First offsets are kept in memory only, for
 * entries made by this process. A cache: whatever is wrong with it, the segment can be scanned again.
 */

const entryBytes = 8
const unknown = -1
const firstCapacity = 8
/** Reading this much more costs less than asking the disk first. */
const cheapBytes = 8_192

export interface Located {
  /** The wanted batch begins here or behind. */
  position: number
  /** It begins no later than this. */
  latest: number
  /** The wanted batch probably begins at `latest`; its header tells. */
  isProbable: boolean
}

export class OffsetIndex {
  private firsts = new Int32Array(firstCapacity)
  private lasts = new Int32Array(firstCapacity)
  private positions = new Int32Array(firstCapacity)
  private count = 0

  get length(): number {
    return this.count
  }

  get sizeBytes(): number {
    return this.count * entryBytes
  }

  append({ first, last, position }: { first: number; last: number; position: number }): void {
    if (this.count === this.lasts.length) {
      this.firsts = grown(this.firsts)
      this.lasts = grown(this.lasts)
      this.positions = grown(this.positions)
    }
    this.firsts[this.count] = first
    this.lasts[this.count] = last
    this.positions[this.count] = position
    this.count++
  }

  /** Position of the last entry whose batch ends before the offset; the start of the file when there is none. */
  floor(relativeOffset: number): number {
    return this.positions[lastAtMost(this.lasts, this.count, relativeOffset - 1)] ?? 0
  }

  /** Where to look for the batch that holds an offset, or for the first one behind it. */
  locate(relativeOffset: number, endOfFile: number): Located {
    const before = lastAtMost(this.lasts, this.count, relativeOffset - 1)
    const position = this.positions[before] ?? 0
    const next = before + 1
    if (next >= this.count) return { position, latest: endOfFile, isProbable: false }
    const latest = this.positions[next] ?? endOfFile
    const first = this.firsts[next] ?? unknown
    if (first !== unknown && first <= relativeOffset) return { position: latest, latest, isProbable: false }
    return { position, latest, isProbable: first === unknown && latest - position > cheapBytes }
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.sizeBytes)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < this.count; i++) {
      view.setInt32(i * entryBytes, this.lasts[i] ?? 0)
      view.setInt32(i * entryBytes + 4, this.positions[i] ?? 0)
    }
    return bytes
  }

  /** Null when the bytes cannot be the index of a segment of this size. */
  static decode(bytes: Uint8Array, segmentBytes: number): OffsetIndex | null {
    if (bytes.length % entryBytes !== 0) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const index = new OffsetIndex()
    let [last, position] = [-1, -1]
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const [nextLast, nextPosition] = [view.getInt32(at), view.getInt32(at + 4)]
      if (nextLast <= last || nextPosition <= position || nextPosition >= segmentBytes) return null
      index.append({ first: unknown, last: nextLast, position: nextPosition })
      ;[last, position] = [nextLast, nextPosition]
    }
    return index
  }
}

function grown(from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(from.length * 2)
  larger.set(from)
  return larger
}

/** Index of the last of the first `count` ascending values that is <= the wanted one, or -1. */
export function lastAtMost(values: ArrayLike<number>, count: number, wanted: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}
