/**
 * Keeps a member alive. Runs on its own timer and its own connection, so that neither processing nor commits nor a pending join hold it
 * up, and is armed again after every outcome. What an outcome means is told to the owner; nothing is decided here but the rhythm.
 */
import type { Cluster } from "../cluster.ts"
import type { ItemError } from "../errors.ts"
import type { Cancel } from "../ports.ts"
import { heartbeat, type Membership } from "./group-requests.ts"

export type HeartbeatOptions = {
  intervalMs: number
  sessionTimeoutMs: number
  /** Whom to speak for; `null` while there is nobody. */
  member(): Membership | null
  /** A beat was answered with an error. */
  onError(error: ItemError, member: Membership): void
  /** Called before each beat; false skips it. */
  mayBeat(): boolean
}

const retryShare = 3

export class Heartbeats {
  readonly #cluster: Cluster
  readonly #options: HeartbeatOptions
  readonly #lane: string
  #cancel: Cancel = () => {}
  #isRunning = false

  constructor(cluster: Cluster, options: HeartbeatOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#lane = cluster.newLane("heartbeat")
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#arm(this.#options.intervalMs)
  }

  stop(): void {
    this.#isRunning = false
    this.#cancel()
  }

  close(): void {
    this.stop()
    this.#cluster.closeLane(this.#lane)
  }

  #arm(ms: number): void {
    this.#cancel()
    if (this.#isRunning) this.#cancel = this.#cluster.config.ports.clock.after(ms, () => void this.#beat())
  }

  async #beat(): Promise<void> {
    const { intervalMs, sessionTimeoutMs } = this.#options
    const member = this.#options.member()
    let nextMs = intervalMs
    if (member !== null && this.#options.mayBeat()) {
      // A silent coordinator must be noticed while the session still lives.
      const timeoutMs = Math.min(this.#cluster.config.requestTimeoutMs, Math.max(intervalMs, sessionTimeoutMs / retryShare))
      const result = await heartbeat(this.#cluster, member, { lane: this.#lane, timeoutMs })
      if (!result.ok) {
        this.#options.onError(result.error, member)
        if (result.error.retriable) nextMs = Math.min(intervalMs, this.#cluster.config.maxBackoffMs)
      }
    }
    this.#arm(nextMs)
  }
}
