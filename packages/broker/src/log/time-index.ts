/**
 * Sparse map from timestamp to relative offset: every record with a larger timestamp than an entry's lies behind that entry's offset.
 * Timestamps only rise. On disk Kafka's `.timeindex`: int64 timestamp, int32 relative offset, big-endian. A cache like `.index`.
 */
import { lastAtMost } from "./offset-index.ts"

const entryBytes = 12

export class TimeIndex {
  private timestamps = new Float64Array(8)
  private offsets = new Int32Array(8)
  private count = 0

  get length(): number {
    return this.count
  }

  get sizeBytes(): number {
    return this.count * entryBytes
  }

  get last(): { timestamp: number; relativeOffset: number } | null {
    if (this.count === 0) return null
    return { timestamp: this.timestamps[this.count - 1] ?? 0, relativeOffset: this.offsets[this.count - 1] ?? 0 }
  }

  /** Keeps only what raises the maximum. */
  append(timestamp: number, relativeOffset: number): void {
    const { last } = this
    if (last !== null && (timestamp <= last.timestamp || relativeOffset <= last.relativeOffset)) return
    if (this.count === this.timestamps.length) this.grow()
    this.timestamps[this.count] = timestamp
    this.offsets[this.count] = relativeOffset
    this.count++
  }

  /** Relative offset from which a search for the first record at or after `timestamp` may start. */
  floor(timestamp: number): number {
    const at = lastAtMost(this.timestamps, this.count, timestamp - 1)
    return at < 0 ? 0 : (this.offsets[at] ?? 0)
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.sizeBytes)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < this.count; i++) {
      const timestamp = this.timestamps[i] ?? 0
      view.setInt32(i * entryBytes, Math.floor(timestamp / 0x1_0000_0000))
      view.setUint32(
        i * entryBytes + 4,
        timestamp % 0x1_0000_0000 < 0 ? (timestamp % 0x1_0000_0000) + 0x1_0000_0000 : timestamp % 0x1_0000_0000,
      )
      view.setInt32(i * entryBytes + 8, this.offsets[i] ?? 0)
    }
    return bytes
  }

  static decode(bytes: Uint8Array): TimeIndex | null {
    if (bytes.length % entryBytes !== 0) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const index = new TimeIndex()
    for (let at = 0; at < bytes.length; at += entryBytes) {
      index.append(view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4), view.getInt32(at + 8))
      if (index.count !== at / entryBytes + 1) return null
    }
    return index
  }

  private grow(): void {
    const [timestamps, offsets] = [new Float64Array(this.count * 2), new Int32Array(this.count * 2)]
    timestamps.set(this.timestamps)
    offsets.set(this.offsets)
    this.timestamps = timestamps
    this.offsets = offsets
  }
}
