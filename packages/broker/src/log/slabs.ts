/**
 * Pooled memory for reads: a fresh buffer per fetch would halve the throughput. Sizes are powers of two; what does not fit the pool is
 * left to the garbage collector.
 */

export interface Slab {
  bytes: Uint8Array
  release(): void
}

const smallestBytes = 16_384
const largestBytes = 16_777_216

export class SlabPool {
  private readonly free = new Map<number, Uint8Array[]>()
  private freeBytes = 0
  private readonly maxFreeBytes: number

  constructor(maxFreeBytes = 33_554_432) {
    this.maxFreeBytes = maxFreeBytes
  }

  take(sizeBytes: number): Slab {
    if (sizeBytes > largestBytes) return { bytes: Buffer.allocUnsafeSlow(sizeBytes), release: () => {} }
    const sizeClass = Math.max(smallestBytes, 2 ** Math.ceil(Math.log2(sizeBytes)))
    const pooled = this.free.get(sizeClass)?.pop()
    if (pooled !== undefined) this.freeBytes -= sizeClass
    const memory = pooled ?? Buffer.allocUnsafeSlow(sizeClass)
    let isOut = true
    return {
      bytes: memory.subarray(0, sizeBytes),
      release: () => {
        if (!isOut) return
        isOut = false
        this.giveBack(memory)
      },
    }
  }

  private giveBack(memory: Uint8Array): void {
    if (this.freeBytes + memory.length > this.maxFreeBytes) return
    const list = this.free.get(memory.length) ?? []
    this.free.set(memory.length, list)
    list.push(memory)
    this.freeBytes += memory.length
  }
}
