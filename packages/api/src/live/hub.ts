// Changes on their way to browsers. Publishers say what changed; once a second what came together goes out as one event per stream. A ring of
// recent ticks lets a broken stream resume; what fell out of it becomes a `reset`. This object owns the streams and the ring.
import type { Clock } from "../ports.ts"
import type { LiveChange, LiveEvent, LiveKey } from "../routers/live/schema.ts"
import type { StreamItem } from "../stream-output.ts"
import { type KeyedChange, matches, mergeChange } from "./changes.ts"
import { LiveStream } from "./stream.ts"

const tickMs = 1_000
const ringMs = 60_000
const ringChanges = 1_024

interface Tick {
  sequence: number
  at: number
  changes: KeyedChange[]
}

export interface HubOptions {
  clock: Clock
  /** Distinguishes this process: ids of an earlier one cannot be resumed. */
  epoch: string
  version: string
}

export interface OpenOptions {
  keys: readonly LiveKey[]
  sessionId: string
  streamId: string
  lastEventId: string | null | undefined
}

export class LiveHub {
  readonly #options: HubOptions
  readonly #streams = new Map<string, LiveStream>()
  readonly #interestListeners = new Set<() => void>()
  readonly #drainListeners = new Set<() => void>()
  #pending = new Map<string, KeyedChange>()
  #ring: Tick[] = []
  #sequence = 0
  #isTickPlanned = false
  #isDraining = false

  constructor(options: HubOptions) {
    this.#options = options
  }

  /** `names`: rows that changed, came or went; null when it may be any. */
  publish(of: LiveKey["of"], cluster: string, names: readonly string[] | null = null): void {
    mergeChange(this.#pending, { of, cluster, names, asOf: this.#options.clock.wall() })
    if (this.#isTickPlanned) return
    this.#isTickPlanned = true
    this.#options.clock.after(tickMs, () => this.#tick())
  }

  open(options: OpenOptions): LiveStream {
    const { clock, version } = this.#options
    const stream = new LiveStream(options, () => this.#drop(options.streamId))
    this.#streams.set(options.streamId, stream)
    stream.push(this.#item({ type: "hello", streamId: options.streamId, nowMs: clock.wall(), version }))
    this.#resume(stream, options.lastEventId)
    if (this.#isDraining) stream.end(this.#item({ type: "reconnect", reason: "draining", afterMs: 2_000 }))
    this.#tellInterest()
    return stream
  }

  setKeys(streamId: string, sessionId: string, keys: readonly LiveKey[]): boolean {
    const stream = this.#streams.get(streamId)
    if (stream?.sessionId !== sessionId) return false
    stream.keys = keys
    this.#tellInterest()
    return true
  }

  /** Whether somebody looks at this of the cluster. */
  isWatched(of: LiveKey["of"], cluster: string): boolean {
    return [...this.#streams.values()].some(({ keys }) => keys.some((key) => key.of === of && key.cluster === cluster))
  }

  /** Called when streams come, go or change their keys. */
  onInterest(listener: () => void): () => void {
    this.#interestListeners.add(listener)
    return () => void this.#interestListeners.delete(listener)
  }

  endSession(sessionId: string): void {
    for (const stream of this.#streams.values()) if (stream.sessionId === sessionId) stream.end(this.#item({ type: "signedOut" }))
  }

  /** Ends a stream that is old enough: proxies and permissions are fresh again after it reopens. */
  endAged(stream: LiveStream): void {
    stream.end(this.#item({ type: "reconnect", reason: "aged", afterMs: 0 }))
  }

  /** For streams of other kinds. */
  onDrain(listener: () => void): () => void {
    this.#drainListeners.add(listener)
    return () => void this.#drainListeners.delete(listener)
  }

  drain(): void {
    this.#isDraining = true
    for (const listener of this.#drainListeners) listener()
    for (const stream of this.#streams.values()) stream.end(this.#item({ type: "reconnect", reason: "draining", afterMs: 2_000 }))
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  get size(): number {
    return this.#streams.size
  }

  #tick(): void {
    this.#isTickPlanned = false
    const { clock } = this.#options
    const changes = [...this.#pending.values()]
    this.#pending = new Map()
    if (changes.length === 0) return
    this.#sequence += 1
    this.#ring.push({ sequence: this.#sequence, at: clock.monotonic(), changes })
    this.#trimRing(clock.monotonic())
    for (const stream of this.#streams.values()) this.#send(stream, changes)
  }

  #trimRing(now: number): void {
    let count = this.#ring.reduce((sum, { changes }) => sum + changes.length, 0)
    while (this.#ring.length > 0) {
      const [oldest] = this.#ring
      if (!oldest || (now - oldest.at <= ringMs && count <= ringChanges)) return
      count -= oldest.changes.length
      this.#ring.shift()
    }
  }

  #send(stream: LiveStream, changes: readonly KeyedChange[]): void {
    const matching = stream.keys.flatMap((key): LiveChange[] =>
      changes.filter((change) => matches(key, change)).map(({ names, asOf }) => ({ key, names: names && [...names], asOf })),
    )
    if (matching.length > 0) stream.push(this.#item({ type: "changes", changes: matching }))
  }

  #resume(stream: LiveStream, lastEventId: string | null | undefined): void {
    if (!lastEventId) return
    const [epoch, sequence] = lastEventId.split(".")
    const since = Number(sequence)
    const oldest = this.#ring[0]?.sequence ?? this.#sequence + 1
    const isKept = epoch === this.#options.epoch && Number.isSafeInteger(since) && since + 1 >= oldest && since <= this.#sequence
    if (!isKept) {
      stream.push(this.#item({ type: "reset", keys: [...stream.keys] }))
      return
    }
    for (const tick of this.#ring) if (tick.sequence > since) this.#send(stream, tick.changes)
  }

  #item(event: LiveEvent): StreamItem<LiveEvent> {
    return { id: `${this.#options.epoch}.${this.#sequence}`, event }
  }

  #drop(streamId: string): void {
    this.#streams.delete(streamId)
    this.#tellInterest()
  }

  #tellInterest(): void {
    for (const listener of this.#interestListeners) listener()
  }
}
