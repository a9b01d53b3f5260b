/** What clients saw, as data: one event per line of a history file. Values are unique numbers, keys are partitions. */

/** `invoke` before a call, `ok` and `fail` when the outcome is known, `info` when it is not (time-out, lost connection, crash). */
export type EventType = "invoke" | "ok" | "fail" | "info"

/** `[offset, value]`. */
export type Cell = readonly [offset: number, value: number]

export type Operation =
  | { f: "send"; key: string; values: readonly number[] /** Offset of the first value, when the broker said it. */; offset?: number }
  | { f: "poll"; key: string; cells: readonly Cell[]; highWatermark: number }
  | { f: "fault"; name: string }

export interface HistoryEvent {
  /** Position in the history; rises with time. */
  i: number
  proc: string
  /** How often the broker had been started when this happened. */
  incarnation: number
  type: EventType
  op: Operation
  error?: string
}

/** Collects events; `incarnation` says how often the broker has been started so far. */
export class History {
  readonly events: HistoryEvent[] = []
  /** What a client could tell at once was wrong: `C3: …`. */
  readonly violations: string[] = []
  okCount = 0
  private readonly incarnation: () => number

  constructor(incarnation: () => number) {
    this.incarnation = incarnation
  }

  add(proc: string, type: EventType, what: { op: Operation; error?: string }): void {
    if (type === "ok") this.okCount++
    this.events.push({ i: this.events.length, proc, incarnation: this.incarnation(), type, ...what })
  }

  foundAtOnce(): Anomaly[] {
    return this.violations.map((message) => ({ code: message.slice(0, message.indexOf(":")) as Anomaly["code"], message }))
  }
}

/** What one partition promises; the rules differ with it. */
export interface KeyPromise {
  key: string
  /** Acknowledged records survive the faults of this run, and what was read stays. */
  isDurable: boolean
}

/** The whole log of one partition, read at the end by a reader that joined no group. */
export interface FinalRead {
  key: string
  logStart: number
  /** Exclusive end that the broker claims; the read must have reached it. */
  end: number
  cells: readonly Cell[]
}

export interface Run {
  events: readonly HistoryEvent[]
  keys: readonly KeyPromise[]
  final: readonly FinalRead[]
  /** Names of the faults that were planned; each must be found in the history. */
  plannedFaults: readonly string[]
  /** Senders whose retries keep their sequence numbers. */
  idempotentProcs: ReadonlySet<string>
  /** Highest offset at which the log began before the first event; an empty start is 0 for every key. */
  startOffsets: ReadonlyMap<string, number>
}

export interface Anomaly {
  code: "C0" | "C1" | "C2" | "C3" | "C4" | "C10" | "C11" | "C18"
  message: string
}
