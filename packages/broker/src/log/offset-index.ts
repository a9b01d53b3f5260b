/**
 * Sparse map from relative offset to file position, one entry per `index.interval.bytes`. In memory typed arrays; on disk Kafka's
 * `.index` file: big-endian pairs of int32. A cache: whatever is wrong with it, the segment can be scanned again.
 */

const entryBytes = 8

export class OffsetIndex {
  private offsets = new Int32Array(8)
  private positions = new Int32Array(8)
  private count = 0

  get length(): number {
    return this.count
  }

  get sizeBytes(): number {
    return this.count * entryBytes
  }

  append(relativeOffset: number, position: number): void {
    if (this.count === this.offsets.length) {
      this.offsets = grown(this.offsets)
      this.positions = grown(this.positions)
    }
    this.offsets[this.count] = relativeOffset
    this.positions[this.count] = position
    this.count++
  }

  /** Position of the last entry at or before the offset; the start of the file when there is none. */
  floor(relativeOffset: number): number {
    return this.positions[lastAtMost(this.offsets, this.count, relativeOffset)] ?? 0
  }

  /** Position of the first entry behind the offset, or -1. */
  ceiling(relativeOffset: number): number {
    const after = lastAtMost(this.offsets, this.count, relativeOffset) + 1
    return after < this.count ? (this.positions[after] ?? -1) : -1
  }

  /** Forgets entries at or behind a file position. */
  truncate(position: number): void {
    while (this.count > 0 && (this.positions[this.count - 1] ?? 0) >= position) this.count--
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.sizeBytes)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < this.count; i++) {
      view.setInt32(i * entryBytes, this.offsets[i] ?? 0)
      view.setInt32(i * entryBytes + 4, this.positions[i] ?? 0)
    }
    return bytes
  }

  /** Null when the bytes cannot be the index of a segment of this size. */
  static decode(bytes: Uint8Array, segmentBytes: number): OffsetIndex | null {
    if (bytes.length % entryBytes !== 0) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const index = new OffsetIndex()
    let [offset, position] = [-1, -1]
    for (let at = 0; at < bytes.length; at += entryBytes) {
      const [nextOffset, nextPosition] = [view.getInt32(at), view.getInt32(at + 4)]
      if (nextOffset <= offset || nextPosition <= position || nextPosition >= segmentBytes) return null
      index.append(nextOffset, nextPosition)
      ;[offset, position] = [nextOffset, nextPosition]
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
