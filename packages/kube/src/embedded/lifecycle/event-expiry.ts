// Events are kept for an hour. One timer, set for the oldest one; none while there are no events.
import type { Cancel } from "../../ports.ts"
import type { Server } from "../verbs/context.ts"

const collection = "core/events"
const keptMs = 3_600_000
/** Many events are removed by one timer. */
const slackMs = 30_000

export class EventExpiry {
  readonly #server: Server
  #cancel: Cancel | undefined
  #unsubscribe: () => void = () => undefined

  constructor(server: Server) {
    this.#server = server
  }

  start(): void {
    this.#unsubscribe = this.#server.store.subscribe((event) => {
      if (event.collection === collection && event.after && !this.#cancel) this.#plan()
    })
    this.#plan()
  }

  stop(): void {
    this.#unsubscribe()
    this.#cancel?.()
  }

  #plan(): void {
    const { store, ports } = this.#server
    const ends = store.list(collection).map(({ object }) => Date.parse(object.metadata.creationTimestamp ?? "") + keptMs)
    if (ends.length === 0) return
    const first = ends.reduce((a, b) => Math.min(a, b))
    this.#cancel = ports.clock.after(Math.max(0, first - ports.clock.wall()) + slackMs, () => this.#expire())
  }

  #expire(): void {
    const { store, ports } = this.#server
    this.#cancel = undefined
    if (store.failure) return
    const nowMs = ports.clock.wall()
    const removals = store
      .list(collection)
      .filter(({ object }) => Date.parse(object.metadata.creationTimestamp ?? "") + keptMs <= nowMs)
      .map(({ object }) => store.stage(collection, object.metadata, undefined).durable)
    void Promise.allSettled(removals).then(() => {
      if (!this.#cancel) this.#plan()
    })
  }
}
