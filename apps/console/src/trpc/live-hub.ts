// One stream of changes per browser: HTTP/1.1 allows six connections to an origin, and a stream in each tab would use them up. The tab that
// holds the lock is the leader: it holds the stream for the keys of all tabs and passes each change on. Every tab only says what it looks at.
import type { LiveKey } from "./types.ts"

export interface LiveChange {
  key: LiveKey
  names: string[] | null
  asOf: number
}

/** What the leader needs of the server. */
export interface LiveSource {
  /** Opens a stream for `keys`; the returned function closes it. */
  open: (keys: LiveKey[], listener: LiveListener) => () => void
}

export interface LiveListener {
  onChanges: (changes: readonly LiveChange[]) => void
  onSignedOut: () => void
  /** The stream runs, or it broke and is tried again. */
  onConnected: (isConnected: boolean) => void
}

export interface LivePorts {
  channel: { postMessage(message: unknown): void; onmessage: ((event: MessageEvent) => void) | null; close(): void }
  /** Resolves when this tab leads; it leads until `release` resolves. */
  lead: (whileLeading: () => Promise<void>) => void
  tab: string
  /** Told in every tab, whichever holds the stream. */
  onConnected?: (isConnected: boolean) => void
}

type Message =
  | { type: "interest"; tab: string; keys: LiveKey[] }
  | { type: "gone"; tab: string }
  | { type: "who" }
  | { type: "changes"; changes: LiveChange[] }
  | { type: "signedOut" }
  | { type: "connected"; isConnected: boolean }

interface Interest {
  key: LiveKey
  run: () => void
}

export function keyText({ of, cluster, name }: LiveKey): string {
  return `${of}\n${cluster}\n${name ?? ""}`
}

/** Whether a change of `changed` concerns somebody who looks at `wanted`. */
export function concerns(wanted: LiveKey, { key, names }: LiveChange): boolean {
  if (wanted.of !== key.of || (wanted.cluster !== key.cluster && wanted.cluster !== "" && key.cluster !== "")) return false
  if (wanted.name === undefined) return true
  if (key.name !== undefined) return key.name === wanted.name
  return names === null || names.includes(wanted.name)
}

export class LiveHub {
  readonly #ports: LivePorts
  readonly #source: LiveSource
  readonly #listener: LiveListener
  readonly #interests = new Set<Interest>()
  readonly #others = new Map<string, LiveKey[]>()
  readonly #waiting = new Set<Interest>()
  #isLeading = false
  #isPaused = false
  #isHidden = false
  #openKeys = ""
  #close: (() => void) | undefined
  #stopLeading: (() => void) | undefined
  #isQueued = false
  #isConnected = true
  #isStopped = false

  constructor(ports: LivePorts, source: LiveSource, onSignedOut: () => void) {
    this.#ports = ports
    this.#source = source
    this.#listener = {
      onChanges: (changes) => {
        this.#post({ type: "changes", changes: [...changes] })
        this.#deliver(changes)
      },
      onSignedOut: () => {
        this.#post({ type: "signedOut" })
        onSignedOut()
      },
      onConnected: (isConnected) => {
        if (isConnected === this.#isConnected) return
        this.#post({ type: "connected", isConnected })
        this.#setConnected(isConnected)
      },
    }
    ports.channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data, onSignedOut)
    ports.lead(() => this.#startLeading())
  }

  /** Calls `run` when something under `key` changed, until the returned function is called. */
  watch(key: LiveKey, run: () => void): () => void {
    const interest = { key, run }
    this.#interests.add(interest)
    this.#interestChanged()
    return () => {
      this.#interests.delete(interest)
      this.#waiting.delete(interest)
      this.#interestChanged()
    }
  }

  /** While paused nothing changes on screen; what was missed comes at once afterwards. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (isPaused) return
    const missed = [...this.#waiting]
    this.#waiting.clear()
    for (const { run } of missed) run()
  }

  /** Nobody sees this tab for a while: its keys are given up, and everything is asked for again when it comes back. */
  setHidden(isHidden: boolean): void {
    if (this.#isHidden === isHidden) return
    this.#isHidden = isHidden
    this.#interestChanged()
    if (!isHidden) for (const interest of this.#interests) this.#run(interest)
  }

  stop(): void {
    this.#post({ type: "gone", tab: this.#ports.tab })
    this.#stopLeading?.()
    this.#isStopped = true
    this.#ports.channel.close()
  }

  /** What is still under way when a page goes away finds the channel closed. */
  #post(message: Message): void {
    if (!this.#isStopped) this.#ports.channel.postMessage(message)
  }

  #receive(message: Message, onSignedOut: () => void): void {
    switch (message.type) {
      case "who":
        this.#announce()
        break
      case "interest":
        this.#others.set(message.tab, message.keys)
        if (this.#isLeading && !this.#isConnected) this.#post({ type: "connected", isConnected: false })
        this.#refreshStream()
        break
      case "gone":
        this.#others.delete(message.tab)
        this.#refreshStream()
        break
      case "changes":
        this.#deliver(message.changes)
        break
      case "connected":
        this.#setConnected(message.isConnected)
        break
      case "signedOut":
        onSignedOut()
    }
  }

  #setConnected(isConnected: boolean): void {
    this.#isConnected = isConnected
    this.#ports.onConnected?.(isConnected)
  }

  #deliver(changes: readonly LiveChange[]): void {
    for (const interest of this.#interests) {
      if (changes.some((change) => concerns(interest.key, change))) this.#run(interest)
    }
  }

  #run(interest: Interest): void {
    if (this.#isPaused) this.#waiting.add(interest)
    else interest.run()
  }

  /** Many components mount in one render; their keys travel together. */
  #interestChanged(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    queueMicrotask(() => {
      this.#isQueued = false
      if (this.#isLeading) this.#refreshStream()
      else this.#announce()
    })
  }

  #ownKeys(): LiveKey[] {
    return this.#isHidden ? [] : [...this.#interests].map(({ key }) => key)
  }

  #announce(): void {
    if (!this.#isLeading) this.#post({ type: "interest", tab: this.#ports.tab, keys: this.#ownKeys() })
  }

  #startLeading(): Promise<void> {
    this.#isLeading = true
    this.#post({ type: "who" })
    this.#refreshStream()
    return new Promise((resolve) => {
      this.#stopLeading = () => {
        this.#isLeading = false
        this.#close?.()
        resolve()
      }
    })
  }

  /** One stream for what all tabs look at; opened again when that changes. */
  #refreshStream(): void {
    if (!this.#isLeading) return
    const all = new Map([...this.#ownKeys(), ...[...this.#others.values()].flat()].map((key) => [keyText(key), key]))
    const wanted = [...all.keys()].sort().join("\n\n")
    if (wanted === this.#openKeys) return
    this.#openKeys = wanted
    this.#close?.()
    this.#close = all.size === 0 ? undefined : this.#source.open([...all.values()].slice(0, 100), this.#listener)
  }
}
