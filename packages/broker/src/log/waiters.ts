/** Promises that wait for an end offset to pass theirs; kept in offset order, because ends only rise. */

interface Waiter {
  offset: number
  resolve: () => void
  reject: (reason: Error) => void
}

export class OffsetWaiters {
  private waiting: Waiter[] = []
  private head = 0

  get size(): number {
    return this.waiting.length - this.head
  }

  /** Resolves once `advance` is called with an end behind the offset. */
  wait(offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { offset, resolve, reject }
      const last = this.waiting.at(-1)
      if (this.size === 0 || last === undefined || last.offset <= offset) this.waiting.push(waiter)
      else this.waiting.splice(this.placeOf(offset), 0, waiter)
    })
  }

  advance(end: number): void {
    for (let next = this.waiting[this.head]; next !== undefined && next.offset < end; next = this.waiting[this.head]) {
      this.head++
      next.resolve()
    }
    if (this.head > 1_024 || this.head === this.waiting.length) {
      this.waiting.splice(0, this.head)
      this.head = 0
    }
  }

  /** Rejects everyone who waits for an offset at or behind `from`. */
  reject(from: number, reason: Error): void {
    for (const waiter of this.waiting.splice(this.placeOf(from - 1))) waiter.reject(reason)
  }

  /** Index behind the last waiter whose offset is <= the given one. */
  private placeOf(offset: number): number {
    let place = this.waiting.length
    while (place > this.head && (this.waiting[place - 1]?.offset ?? 0) > offset) place--
    return place
  }
}
