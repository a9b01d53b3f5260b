/**
 * What one log directory can still do. `full` comes back by itself; `read-only` is for the life of the process: after a failed write or
 * sync nobody knows what the disk holds, and the next start finds out from durable bytes alone.
 */
import { BrokerError } from "../errors.ts"
import type { Logger } from "../ports.ts"

export interface StorageHealth {
  state: "ok" | "full" | "read-only"
  reason: string
}

type Listener = (health: StorageHealth) => void

export class HealthState {
  private health: StorageHealth = { state: "ok", reason: "" }
  private readonly listeners = new Set<Listener>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  get current(): StorageHealth {
    return this.health
  }

  get isReadOnly(): boolean {
    return this.health.state === "read-only"
  }

  /** Why an append cannot be taken, or null. What the broker writes itself may use the space that the reserve gave back. */
  refusal(origin: "client" | "internal"): string | null {
    if (this.health.state === "ok" || (this.health.state === "full" && origin === "internal")) return null
    return this.health.state === "full"
      ? `the disk is full: ${this.health.reason}`
      : `the log directory is read-only: ${this.health.reason}`
  }

  /** The first failed write, fsync, rename or truncate. Later ones change nothing. */
  fail(what: string, cause: unknown): void {
    if (this.isReadOnly) return
    const reason = `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`
    this.logger.error({ reason, err: cause }, "log directory is read-only until the next start")
    this.set({ state: "read-only", reason })
  }

  fill(reason: string): void {
    if (this.health.state !== "ok") return
    this.logger.warn({ reason }, "disk is full, appends are refused until space returns")
    this.set({ state: "full", reason })
  }

  resume(): void {
    if (this.health.state !== "full") return
    this.logger.info({}, "disk has space again, appends are taken")
    this.set({ state: "ok", reason: "" })
  }

  /** The failure that waiters and callers get. */
  error(): BrokerError {
    return this.health.state === "full"
      ? new BrokerError("STORAGE_FULL", `the disk is full: ${this.health.reason}`)
      : new BrokerError("STORAGE_READ_ONLY", `the log directory is read-only: ${this.health.reason}`)
  }

  on(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  private set(health: StorageHealth): void {
    this.health = health
    for (const listener of this.listeners) listener(health)
  }
}
