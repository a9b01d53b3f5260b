/** Counts bytes that were taken and are not safe yet; above the bound, whoever feeds the log should stop reading. */

type Listener = (isPressured: boolean) => void

export class Pressure {
  private pendingBytes = 0
  private isHigh = false
  private readonly maxBytes: number
  private readonly listeners = new Set<Listener>()

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.pendingBytes
  }

  get isPressured(): boolean {
    return this.isHigh
  }

  add(bytes: number): void {
    this.pendingBytes += bytes
    if (!this.isHigh && this.pendingBytes > this.maxBytes) this.change(true)
  }

  remove(bytes: number): void {
    this.pendingBytes -= bytes
    if (this.isHigh && this.pendingBytes <= this.maxBytes / 2) this.change(false)
  }

  on(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  private change(isHigh: boolean): void {
    this.isHigh = isHigh
    for (const listener of this.listeners) listener(isHigh)
  }
}
