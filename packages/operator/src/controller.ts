// What every controller does: keys in a queue, one reconcile per key at a time, and what follows from its outcome. Knows no kind.
import { isKubeError, WorkQueue } from "@rivven/kube"
import type { Clock, Logger } from "./ports.ts"

/** `retry` comes back with backoff; `terminal` waits for a change of the resource, or for the next resync. */
export type Outcome = { kind: "done" } | { kind: "requeue"; afterMs: number } | { kind: "retry" } | { kind: "terminal" }

export const done: Outcome = { kind: "done" }
export const retry: Outcome = { kind: "retry" }
export const terminal: Outcome = { kind: "terminal" }

export type ControllerOptions = {
  name: string
  clock: Clock
  logger: Logger
  concurrency: number
  reconcile: (key: string) => Promise<Outcome>
}

/** Long outages end with a signal from the cluster, so no key has to sleep for long. */
const maxBackoffMs = 30_000

export class Controller {
  readonly #options: ControllerOptions
  readonly #queue: WorkQueue
  #running: Promise<void> | undefined

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#queue = new WorkQueue({ clock: options.clock, firstBackoffMs: 100, maxBackoffMs, perSecond: 50 })
  }

  start(): void {
    this.#running = this.#queue.run((key) => this.#handle(key), { concurrency: this.#options.concurrency })
  }

  enqueue(key: string): void {
    this.#queue.add(key)
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  /** Lets the running reconciles end. */
  async stop(): Promise<void> {
    this.#queue.stop()
    await this.#running
  }

  async #handle(key: string): Promise<void> {
    const outcome = await this.#guarded(key)
    switch (outcome.kind) {
      case "retry":
        this.#queue.addRateLimited(key)
        return
      case "requeue":
        this.#queue.forget(key)
        this.#queue.addAfter(key, outcome.afterMs)
        return
      case "done":
      case "terminal":
        this.#queue.forget(key)
    }
  }

  /** A throw is a failed call to the API server, or a bug; neither ends the controller. */
  async #guarded(key: string): Promise<Outcome> {
    const { name, logger, reconcile } = this.#options
    try {
      return await reconcile(key)
    } catch (error) {
      if (isKubeError(error)) logger.warn({ controller: name, key, code: error.code }, `reconcile will be repeated: ${error.message}`)
      else logger.error({ controller: name, key, err: error }, "reconcile failed unexpectedly")
      return retry
    }
  }
}
