/** What clients saw, as data: one event per line of a history file. Values are unique numbers, keys are partitions. */

/** `invoke` before a call, `ok` and `fail` when the outcome is known, `info` when it is not (time-out, lost connection, crash). */
export type EventType = "invoke" | "ok" | "fail" | "info"

/** `[offset, value]`. */
export type Cell = readonly [offset: number, value: number]

/** One incarnation of a producer: an id and how often it was initialised. */
export interface ProducerMark {
  readonly id: number
  readonly epoch: number
}

/** A claim on a group: who speaks, and for which generation (classic) or member epoch (KIP-848). */
export interface GroupClaim {
  readonly group: string
  readonly member: string
  readonly generation: number
}

export type Operation =
  | {
      f: "send"
      key: string
      values: readonly number[]
      /** Offset of the first value, when the broker said it. */
      offset?: number
      producer?: ProducerMark
    }
  | {
      f: "poll"
      key: string
      cells: readonly Cell[]
      highWatermark: number
      /** Where the reader asked to begin. With it a skipped or repeated record is a fault (C8). */
      from?: number
      isCommitted?: boolean
      claim?: GroupClaim
    }
  /** One whole transaction; its `invoke` names what it is going to send, its outcome what happened. */
  | {
      f: "txn"
      id: string
      producer: ProducerMark
      outcome: "commit" | "abort"
      sends: readonly { key: string; value: number; offset?: number }[]
      polls: readonly { key: string; cells: readonly Cell[] }[]
    }
  /** InitProducerId was answered: older incarnations of this producer are fenced from here. */
  | { f: "init"; producer: ProducerMark }
  | { f: "assigned"; claim: GroupClaim; keys: readonly string[] }
  | { f: "commit"; claim: GroupClaim; key: string; offset: number; isReset?: boolean }
  /** ListOffsets; a number looks for the first record with at least that timestamp. -1 when there is none. */
  | { f: "list"; key: string; at: "earliest" | "latest" | "max" | number; offset: number }
  /** Seen after the faults were healed and every transaction had its time. */
  | { f: "settled"; key: string; lastStable: number; highWatermark: number }
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

/** What the final reader learned of a record beside its value. */
export interface RecordFacts {
  readonly offset: number
  readonly timestamp: number
  /** -1 without idempotence. */
  readonly producerId: number
  readonly producerEpoch: number
}

/** The whole log of one partition, read at the end by a reader that joined no group. */
export interface FinalRead {
  key: string
  logStart: number
  /** Exclusive end that the broker claims; the read must have reached it. */
  end: number
  /** Where the reader stood at the end; control records have offsets and no cells. The offset behind the last cell if absent. */
  reached?: number
  cells: readonly Cell[]
  /** The same read with read_committed. `cells` if absent. */
  committed?: readonly Cell[]
  records?: readonly RecordFacts[]
}

/** Output of copiers that move whole partitions in transactions (C14): the values of `from` in their order, each once. */
export interface Copy {
  readonly from: string
  readonly to: string
  /** What the copier adds to each value; values are unique in a run. */
  readonly distance: number
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
  copies?: readonly Copy[]
  /** Errors that clients may meet under these faults; any other is a finding (C19). All may be met if absent. */
  expectedErrors?: ReadonlySet<string>
  /** What the process held before the first event and after healing (C20), by name. */
  resources?: { readonly before: Readonly<Record<string, number>>; readonly after: Readonly<Record<string, number>> }
}

export interface Anomaly {
  code:
    | "C0"
    | "C1"
    | "C2"
    | "C3"
    | "C4"
    | "C5"
    | "C6"
    | "C8"
    | "C9"
    | "C10"
    | "C11"
    | "C12"
    | "C13"
    | "C14"
    | "C15"
    | "C16"
    | "C17"
    | "C18"
    | "C19"
    | "C20"
  message: string
}
