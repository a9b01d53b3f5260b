// List, then watch, for ever: every error leads to a wait with jitter and another try, an expired version to a new list.
// Hands on what it sees and keeps no objects; the informer above does.
import type { KubeClient, Selection } from "./client.ts"
import { isKubeError, KubeError } from "./errors.ts"
import type { AnyObject, KubeObject, WatchEvent } from "./object.ts"
import type { Cancel, KubePorts } from "./ports.ts"
import type { ResourceType } from "./resource-types.ts"

export type Sink<T extends KubeObject> = {
  /** The complete present state; what is missing in it is gone. */
  replace(objects: T[]): void
  change(event: Exclude<WatchEvent<T>, { type: "BOOKMARK" }>): void
  /** Contact with the API server was made, or lost with this error. */
  contact(error?: KubeError): void
}

export type ReflectorOptions<T extends KubeObject> = {
  client: KubeClient
  type: ResourceType
  selection: Selection
  sink: Sink<T>
  ports: KubePorts
}

const firstBackoffMs = 800
const maxBackoffMs = 30_000
const watchSeconds = 290
const graceMs = 60_000
/** A watch that lasted so long was healthy: the next failure starts from the first delay. */
const healthyMs = 5_000

export class Reflector<T extends KubeObject = AnyObject> {
  readonly #options: ReflectorOptions<T>
  readonly #abort = new AbortController()
  #version: string | undefined
  #backoffMs = firstBackoffMs
  #ended: Promise<void> | undefined

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
  }

  start(): void {
    this.#ended ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        this.#version ??= await this.#list()
        await this.#watch(this.#version)
      } catch (error) {
        await this.#recover(error)
      }
    }
  }

  async #list(): Promise<string> {
    const { client, type, selection, sink } = this.#options
    const list = await client.listAll<T>(type, { ...selection, signal: this.#abort.signal })
    sink.replace(list.items)
    sink.contact()
    return list.metadata.resourceVersion
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { client, type, selection, sink, ports } = this.#options
    const startedMs = ports.clock.monotonic()
    const timeoutSeconds = watchSeconds + Math.floor(ports.random.next() * 20)
    const guard = new InactivityGuard(ports, timeoutSeconds * 1000 + graceMs)
    const signal = AbortSignal.any([this.#abort.signal, guard.signal])
    try {
      const onActivity = (): void => guard.touch()
      for await (const event of client.watch<T>(type, { ...selection, resourceVersion, timeoutSeconds, signal, onActivity })) {
        this.#version = event.object.metadata.resourceVersion ?? this.#version
        if (event.type !== "BOOKMARK") sink.change(event)
        sink.contact()
      }
    } catch (error) {
      if (!guard.signal.aborted) throw error
    } finally {
      guard.stop()
      if (ports.clock.monotonic() - startedMs >= healthyMs) this.#backoffMs = firstBackoffMs
    }
    if (guard.signal.aborted) throw new KubeError("Unreachable", `the watch on ${type.plural} fell silent`)
    // A server that ends every watch at once must not be asked again at once.
    if (ports.clock.monotonic() - startedMs < 1_000) await this.#pause()
  }

  async #recover(error: unknown): Promise<void> {
    const { sink, ports, type } = this.#options
    if (this.#abort.signal.aborted) return
    if (isKubeError(error, "Expired") || isKubeError(error, "Gone")) {
      this.#version = undefined
      return await this.#pause(0)
    }
    const known = error instanceof KubeError ? error : new KubeError("Unknown", String(error), { cause: error })
    ports.logger.warn({ resource: type.plural, code: known.code }, `watch failed, trying again: ${known.message}`)
    sink.contact(known)
    if (!known.retriable || isFromAnotherHistory(known)) this.#version = undefined
    await this.#pause()
  }

  #pause(ms = this.#nextBackoffMs()): Promise<void> {
    const { signal } = this.#abort
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const finish = (): void => {
        cancel()
        signal.removeEventListener("abort", finish)
        resolve()
      }
      const cancel = this.#options.ports.clock.after(ms, finish)
      signal.addEventListener("abort", finish, { once: true })
    })
  }

  #nextBackoffMs(): number {
    const baseMs = this.#backoffMs
    this.#backoffMs = Math.min(maxBackoffMs, baseMs * 2)
    return baseMs * (0.5 + this.#options.ports.random.next())
  }
}

/** The server knows less than this client has seen: its data went back to an earlier state. */
function isFromAnotherHistory(error: KubeError): boolean {
  return error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge")
}

/** Ends a watch whose socket died without a word. One timer, moved only when it fires. */
class InactivityGuard {
  readonly #ports: KubePorts
  readonly #limitMs: number
  readonly #abort = new AbortController()
  #lastMs: number
  #cancel: Cancel

  constructor(ports: KubePorts, limitMs: number) {
    this.#ports = ports
    this.#limitMs = limitMs
    this.#lastMs = ports.clock.monotonic()
    this.#cancel = ports.clock.after(limitMs, () => this.#check())
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  touch(): void {
    this.#lastMs = this.#ports.clock.monotonic()
  }

  stop(): void {
    this.#cancel()
  }

  #check(): void {
    const leftMs = this.#lastMs + this.#limitMs - this.#ports.clock.monotonic()
    if (leftMs <= 0) this.#abort.abort()
    else this.#cancel = this.#ports.clock.after(leftMs, () => this.#check())
  }
}
