import type { Clock } from "../ports.ts"

/** Time that stands still until a test moves it. Timers run in the order of their moments. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #timers: { atMs: number; run: () => void }[] = []

  monotonic(): number {
    return this.#nowMs
  }

  wall(): number {
    return 1_700_000_000_000 + this.#nowMs
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Runs what falls due, letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.run()
    }
    this.#nowMs = endMs
    await new Promise((resolve) => setImmediate(resolve))
  }
}
