/** How many event streams are open, per holder and in all. */
export class StreamSlots {
  readonly #limits: { perHolder: number; total: number }
  readonly #open = new Map<string, number>()
  #total = 0

  constructor(limits: { perHolder: number; total: number }) {
    this.#limits = limits
  }

  take(holder: string): { ok: true; release: () => void } | { ok: false; message: string } {
    const open = this.#open.get(holder) ?? 0
    if (this.#total >= this.#limits.total) return { ok: false, message: `the console serves ${this.#limits.total} live streams already` }
    if (open >= this.#limits.perHolder) return { ok: false, message: `this browser has ${open} streams of this kind open already` }
    this.#open.set(holder, open + 1)
    this.#total += 1
    return { ok: true, release: () => this.#release(holder) }
  }

  #release(holder: string): void {
    const open = (this.#open.get(holder) ?? 1) - 1
    if (open === 0) this.#open.delete(holder)
    else this.#open.set(holder, open)
    this.#total -= 1
  }
}
