// Sixty points of one series at one resolution: the unit in which history is stored.

export const pointsPerChunk = 60

export interface Tier {
  /** Length of a point. */
  ms: number
  /** How long points of this length are kept. */
  keepMs: number
  /** Chunks held in memory, for rules and sparklines. */
  chunksInMemory: number
}

const hour = 3_600_000
const day = 24 * hour

export const tiers: readonly Tier[] = [
  { ms: 10_000, keepMs: 6 * hour, chunksInMemory: 4 },
  { ms: 60_000, keepMs: 7 * day, chunksInMemory: 8 },
  { ms: hour, keepMs: 90 * day, chunksInMemory: 2 },
]

export class Chunk {
  /** Of the first point; a multiple of 60 points. */
  readonly startMs: number
  readonly averages: Float64Array
  readonly maxima: Float64Array
  isDirty = false

  constructor(startMs: number, averages = emptyPoints(), maxima = emptyPoints()) {
    this.startMs = startMs
    this.averages = averages
    this.maxima = maxima
  }

  static startOf(at: number, tierMs: number): number {
    return at - (at % (tierMs * pointsPerChunk))
  }

  set(index: number, average: number, max: number): void {
    this.averages[index] = average
    this.maxima[index] = max
    this.isDirty = true
  }

  encode(): Uint8Array {
    const bytes = Buffer.alloc(pointsPerChunk * 16)
    for (let at = 0; at < pointsPerChunk; at++) {
      bytes.writeDoubleLE(this.averages[at] ?? Number.NaN, at * 8)
      bytes.writeDoubleLE(this.maxima[at] ?? Number.NaN, (pointsPerChunk + at) * 8)
    }
    return bytes
  }

  /** Throws when the bytes are not those of a chunk. */
  static decode(startMs: number, data: Uint8Array): Chunk {
    if (data.byteLength !== pointsPerChunk * 16) throw new Error(`a metric chunk has ${data.byteLength} bytes, not ${pointsPerChunk * 16}`)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const read = (from: number): Float64Array =>
      Float64Array.from({ length: pointsPerChunk }, (_, at) => view.getFloat64((from + at) * 8, true))
    return new Chunk(startMs, read(0), read(pointsPerChunk))
  }
}

function emptyPoints(): Float64Array {
  return new Float64Array(pointsPerChunk).fill(Number.NaN)
}
