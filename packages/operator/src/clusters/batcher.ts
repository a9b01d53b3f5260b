// Collects single calls into one: waits a little for company, sends at most so many at once, never the same key twice in a batch.
// Owns nothing but the calls that wait.
import type { Cancel, Clock } from "../ports.ts"

export type BatcherOptions<I, R> = {
  clock: Clock
  keyOf: (item: I) => string
  /** One result per item, in their order. */
  send: (items: readonly I[]) => Promise<readonly R[]>
  maxItems: number
  lingerMs: number
}

type Waiting<I, R> = { item: I; settle: PromiseWithResolvers<R> }

export class Batcher<I, R> {
  readonly #options: BatcherOptions<I, R>
  #waiting: Waiting<I, R>[] = []
  #cancel: Cancel | undefined

  constructor(options: BatcherOptions<I, R>) {
    this.#options = options
  }

  submit(item: I): Promise<R> {
    const settle = Promise.withResolvers<R>()
    this.#waiting.push({ item, settle })
    if (this.#nextBatch().length >= this.#options.maxItems) this.#flush()
    else this.#cancel ??= this.#options.clock.after(this.#options.lingerMs, () => this.#flush())
    return settle.promise
  }

  #nextBatch(): Waiting<I, R>[] {
    const keys = new Set<string>()
    const batch: Waiting<I, R>[] = []
    for (const waiting of this.#waiting) {
      const key = this.#options.keyOf(waiting.item)
      if (keys.has(key) || batch.length === this.#options.maxItems) continue
      keys.add(key)
      batch.push(waiting)
    }
    return batch
  }

  #flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const batch = new Set(this.#nextBatch())
    this.#waiting = this.#waiting.filter((waiting) => !batch.has(waiting))
    if (this.#waiting.length > 0) this.#cancel = this.#options.clock.after(this.#options.lingerMs, () => this.#flush())
    void this.#send([...batch])
  }

  async #send(batch: readonly Waiting<I, R>[]): Promise<void> {
    try {
      const results = await this.#options.send(batch.map(({ item }) => item))
      batch.forEach(({ settle }, at) => {
        settle.resolve(results[at] as R)
      })
    } catch (error) {
      for (const { settle } of batch) settle.reject(error)
    }
  }
}
