// One browser's stream: a queue between the hub, which pushes, and the response, which pulls.
import type { LiveEvent, LiveKey } from "../routers/live/schema.ts"
import type { StreamItem } from "../stream-output.ts"

/** A browser that does not read loses its events: it gets one reset instead. */
const maxQueued = 100

export class LiveStream {
  readonly sessionId: string
  keys: readonly LiveKey[]
  readonly #queue: StreamItem<LiveEvent>[] = []
  readonly #onClose: () => void
  #wake: (() => void) | undefined
  #isEnded = false

  constructor({ keys, sessionId }: { keys: readonly LiveKey[]; sessionId: string }, onClose: () => void) {
    this.keys = keys
    this.sessionId = sessionId
    this.#onClose = onClose
  }

  push(item: StreamItem<LiveEvent>): void {
    if (this.#isEnded) return
    if (this.#queue.length >= maxQueued) {
      this.#queue.length = 0
      this.#queue.push({ id: item.id, event: { type: "reset", keys: [...this.keys] } })
    } else this.#queue.push(item)
    this.#wake?.()
  }

  /** Sends a last event and ends. */
  end(last: StreamItem<LiveEvent>): void {
    this.push(last)
    this.#isEnded = true
    this.#wake?.()
  }

  close(): void {
    this.#isEnded = true
    this.#wake?.()
    this.#onClose()
  }

  /** The next event; undefined at the end, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<StreamItem<LiveEvent> | undefined> {
    while (this.#queue.length === 0) {
      if (this.#isEnded || signal.aborted) return undefined
      await this.#woken(signal)
    }
    return this.#queue.shift()
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done)
        this.#wake = undefined
        resolve()
      }
      this.#wake = done
      signal.addEventListener("abort", done, { once: true })
    })
  }
}
