// Events of events.k8s.io/v1, for transitions only: what a person wants to see under `kubectl describe`. A lost event is logged, never an error.
import type { KubeClient } from "./client.ts"
import { KubeError } from "./errors.ts"
import type { AnyObject, KubeObject } from "./object.ts"
import { type KubePorts, withDefaults } from "./ports.ts"

export type EventNote = {
  type: "Normal" | "Warning"
  /** CamelCase, for machines. */
  reason: string
  /** What was done or tried, CamelCase. */
  action: string
  /** For people. */
  note: string
}

const noteLimitBytes = 1024

export class EventRecorder {
  readonly #client: KubeClient
  readonly #controller: string
  readonly #instance: string
  readonly #ports: KubePorts
  readonly #pending = new Set<Promise<void>>()
  #sequence = 0

  constructor(options: { client: KubeClient; controller: string; instance: string; ports?: Partial<KubePorts> }) {
    this.#client = options.client
    this.#controller = options.controller
    this.#instance = options.instance
    this.#ports = withDefaults(options.ports)
  }

  /** Writes in the background; `flush` waits for it. */
  record(regarding: KubeObject, event: EventNote): void {
    const writing = this.#write(regarding, event)
    this.#pending.add(writing)
    void writing.finally(() => this.#pending.delete(writing))
  }

  async flush(): Promise<void> {
    await Promise.all(this.#pending)
  }

  async #write(regarding: KubeObject, event: EventNote): Promise<void> {
    try {
      await this.#client.create(this.#eventOf(regarding, event))
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      this.#ports.logger.warn({ reason: event.reason, code: error.code }, `event not recorded: ${error.message}`)
    }
  }

  #eventOf(regarding: KubeObject, { type, reason, action, note }: EventNote): AnyObject {
    const { name, namespace = "default", uid, resourceVersion } = regarding.metadata
    const nowMs = this.#ports.clock.wall()
    this.#sequence += 1
    const stamp = `${nowMs.toString(16)}${Math.floor(this.#ports.random.next() * 0x10000).toString(16)}${this.#sequence.toString(16)}`
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name.slice(0, 200)}.${stamp}`, namespace },
      eventTime: new Date(nowMs).toISOString().replace("Z", "000Z"),
      reportingController: this.#controller,
      reportingInstance: this.#instance,
      type,
      reason,
      action,
      note: cut(note),
      regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid, resourceVersion },
    }
  }
}

/** The API server counts bytes, and refuses an event with a longer note altogether. */
function cut(note: string): string {
  const bytes = Buffer.from(note)
  if (bytes.length <= noteLimitBytes) return note
  const text = bytes.subarray(0, noteLimitBytes - 3).toString("utf8")
  return `${text.replace(/\uFFFD+$/, "")}…`
}
