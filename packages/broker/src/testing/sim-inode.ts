/**
 * One file of the simulated disk: what a reader sees, what the platter holds, and the operations in between. A power cut keeps any
 * subset of the un-synced writes in pieces of one sector, and any size between the synced and the seen one.
 */
import type { SimRandom } from "./sim-random.ts"

type Pending = { order: number; at: number; bytes: Uint8Array } | { order: number; truncateTo: number }

export const sectorBytes = 512

/** How un-synced writes survive a power cut. `hole`: an early write is lost and later ones are kept. */
export type Survival = "none" | "all" | "prefix" | "random" | "hole"

class Content {
  bytes = new Uint8Array(0)
  size = 0

  write(part: Uint8Array, at: number): void {
    this.reserve(at + part.length)
    this.bytes.set(part, at)
    this.size = Math.max(this.size, at + part.length)
  }

  resize(size: number): void {
    this.reserve(size)
    this.bytes.fill(0, Math.min(size, this.size), Math.max(size, this.size))
    this.size = size
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.size)
  }

  private reserve(capacity: number): void {
    if (capacity <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(capacity, 2 * this.bytes.length, 4_096))
    grown.set(this.bytes)
    this.bytes = grown
  }
}

export class SimInode {
  readonly live = new Content()
  private readonly durable = new Content()
  private pending: Pending[] = []
  private order = 0

  static of(bytes: Uint8Array): SimInode {
    const inode = new SimInode()
    inode.live.write(bytes, 0)
    inode.durable.write(bytes, 0)
    return inode
  }

  write(part: Uint8Array, at: number): void {
    const bytes = part.slice()
    this.live.write(bytes, at)
    this.pending.push({ order: this.order++, at, bytes })
  }

  truncate(size: number): void {
    this.live.resize(size)
    this.pending.push({ order: this.order++, truncateTo: size })
  }

  /** What a sync that starts now will cover. */
  mark(): number {
    return this.order
  }

  sync(mark: number): void {
    this.settlePending(mark, () => true)
  }

  /** A failed sync: the kernel drops some of the dirty pages, shows them to readers all the same, and never writes them again. */
  loseSync(mark: number, random: SimRandom): void {
    this.settlePending(mark, () => random.chance(0.5))
  }

  /** What a power cut leaves of this file. */
  afterPowerCut(survival: Survival, random: SimRandom): SimInode {
    const left = new Content()
    left.write(this.durable.view(), 0)
    const lost = random.below(Math.max(1, this.pending.length))
    this.pending.forEach((operation, index) => {
      if ("truncateTo" in operation) {
        if (survival === "all" || (survival !== "none" && random.chance(0.5))) left.resize(operation.truncateTo)
      } else keepSectors(left, operation, sectorRule({ survival, index, lost, random }))
    })
    if (survival !== "all" && left.size > this.durable.size && random.chance(0.3)) {
      left.resize(this.durable.size + random.below(left.size - this.durable.size + 1))
    }
    return SimInode.of(left.view())
  }

  private settlePending(mark: number, reaches: (operation: Pending) => boolean): void {
    for (const operation of this.pending) {
      if (operation.order >= mark || !reaches(operation)) continue
      if ("truncateTo" in operation) this.durable.resize(operation.truncateTo)
      else this.durable.write(operation.bytes, operation.at)
    }
    this.pending = this.pending.filter((operation) => operation.order >= mark)
  }
}

function sectorRule({
  survival,
  index,
  lost,
  random,
}: {
  survival: Survival
  index: number
  lost: number
  random: SimRandom
}): () => boolean {
  if (survival === "none") return () => false
  if (survival === "all") return () => true
  if (survival === "prefix") return () => index < lost
  if (survival === "hole") return () => index !== lost
  return () => random.chance(0.5)
}

/** Applies the part of a write that reached the platter; the size grows over what did not, which reads as zeros. */
function keepSectors(left: Content, operation: { at: number; bytes: Uint8Array }, keeps: () => boolean): void {
  const end = operation.at + operation.bytes.length
  for (let from = operation.at; from < end; ) {
    const to = Math.min(end, (Math.floor(from / sectorBytes) + 1) * sectorBytes)
    if (keeps()) left.write(operation.bytes.subarray(from - operation.at, to - operation.at), from)
    from = to
  }
}
