// One series at one resolution: samples go into points, points into chunks. The newest chunks stay in memory.
import { Chunk, pointsPerChunk, type Tier } from "./chunk.ts"

/** How often a series is sampled when nothing is wrong. */
const usualSampleMs = 10_000

export class Rollup {
  readonly tier: Tier
  #chunks: Chunk[]
  #slot = Number.NaN
  #sum = 0
  #count = 0
  #max = Number.NaN

  constructor(tier: Tier, chunks: readonly Chunk[] = []) {
    this.tier = tier
    this.#chunks = [...chunks]
  }

  record(at: number, value: number): void {
    const slot = Math.floor(at / this.tier.ms)
    const chunk = this.#chunkOf(slot * this.tier.ms)
    const index = slot % pointsPerChunk
    if (slot !== this.#slot) this.#begin(slot, { chunk, index, at })
    this.#sum += value
    this.#count += 1
    this.#max = Number.isNaN(this.#max) ? value : Math.max(this.#max, value)
    chunk.set(index, this.#sum / this.#count, this.#max)
  }

  /** Oldest first. */
  get chunks(): readonly Chunk[] {
    return this.#chunks
  }

  /** Forgets chunks that are stored and old. */
  trim(): void {
    const old = this.#chunks.slice(0, -this.tier.chunksInMemory)
    if (old.every(({ isDirty }) => !isDirty)) this.#chunks = this.#chunks.slice(-this.tier.chunksInMemory)
  }

  #begin(slot: number, { chunk, index, at }: { chunk: Chunk; index: number; at: number }): void {
    this.#slot = slot
    const average = chunk.averages[index] ?? Number.NaN
    const isNew = Number.isNaN(average)
    // After a restart within a point what was stored of it counts for the time that it covers.
    const covered = Math.max(1, Math.round((at - slot * this.tier.ms) / usualSampleMs))
    this.#sum = isNew ? 0 : average * covered
    this.#count = isNew ? 0 : covered
    this.#max = isNew ? Number.NaN : (chunk.maxima[index] ?? Number.NaN)
  }

  #chunkOf(pointMs: number): Chunk {
    const startMs = Chunk.startOf(pointMs, this.tier.ms)
    const last = this.#chunks.at(-1)
    if (last?.startMs === startMs) return last
    // A clock that was set back finds its chunk again, or makes one in order.
    const found = this.#chunks.find((chunk) => chunk.startMs === startMs)
    if (found) return found
    const chunk = new Chunk(startMs)
    this.#chunks.push(chunk)
    this.#chunks.sort((a, b) => a.startMs - b.startMs)
    return chunk
  }
}
