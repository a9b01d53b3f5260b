// Writes the series book to the store every minute and at the end, and forgets what is too old every hour.
import type { Clock, Logger } from "../../ports.ts"
import type { Store } from "../../store/store.ts"
import type { SeriesBook } from "./series-book.ts"
import { expireSeries, flushBook, loadBook } from "./series-store.ts"

const flushMs = 60_000
const flushesPerExpiry = 60

export interface SeriesKeeperOptions {
  book: SeriesBook
  store: Store
  clock: Clock
  logger: Logger
}

export class SeriesKeeper {
  readonly #options: SeriesKeeperOptions
  #cancel = (): void => undefined
  #flushes = 0
  #running: Promise<void> = Promise.resolve()

  private constructor(options: SeriesKeeperOptions) {
    this.#options = options
  }

  static async load(options: SeriesKeeperOptions): Promise<SeriesKeeper> {
    await loadBook(options.book, options)
    return new SeriesKeeper(options)
  }

  start(): void {
    this.#plan()
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.#running
    await this.flush()
  }

  /** A failure is logged; what could not be written is written the next time. */
  async flush(): Promise<void> {
    const { book, logger } = this.#options
    try {
      await flushBook(book, this.#options)
      this.#flushes += 1
      if (this.#flushes % flushesPerExpiry === 0) await expireSeries(book, this.#options)
    } catch (error) {
      logger.error({ err: error }, "metric history could not be written")
    }
  }

  #plan(): void {
    this.#cancel = this.#options.clock.after(flushMs, () => {
      this.#running = this.flush().finally(() => this.#plan())
    })
  }
}
