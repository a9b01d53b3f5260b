/** The views of a run that several rules look through. */
import type { Anomaly, Cell, EventType, FinalRead, HistoryEvent, Operation, Run } from "./history.ts"

type Kind = Operation["f"]
export type Of<F extends Kind> = Extract<Operation, { f: F }>

export interface Seen<F extends Kind> {
  readonly event: HistoryEvent
  readonly op: Of<F>
}

export const found = (code: Anomaly["code"], messages: Iterable<string>): Anomaly[] => [...messages].map((message) => ({ code, message }))

export function seen<F extends Kind>(run: Run, type: EventType, f: F): Seen<F>[] {
  return run.events.flatMap((event) => (event.type === type && event.op.f === f ? [{ event, op: event.op as Of<F> }] : []))
}

/** Values with the partition and, if the broker said it, the offset they went to. */
export interface SentValue {
  readonly event: HistoryEvent
  readonly key: string
  readonly value: number
  readonly offset: number | undefined
}

export const sent = (run: Run, type: EventType): SentValue[] =>
  seen(run, type, "send").flatMap(({ event, op }) =>
    op.values.map((value, index) => ({ event, key: op.key, value, offset: op.offset === undefined ? undefined : op.offset + index })),
  )

export const sentInTransactions = (transactions: readonly Seen<"txn">[]): SentValue[] =>
  transactions.flatMap(({ event, op }) => op.sends.map(({ key, value, offset }) => ({ event, key, value, offset })))

/** Every reading of a partition: polls on their own and those inside transactions, which read committed records. */
export interface Reading {
  readonly event: HistoryEvent
  readonly key: string
  readonly cells: readonly Cell[]
  readonly isCommitted: boolean
}

export function readings(run: Run): Reading[] {
  return run.events.flatMap((event): Reading[] => {
    const { op, type } = event
    if (op.f === "poll" && type === "ok") return [{ event, key: op.key, cells: op.cells, isCommitted: op.isCommitted ?? false }]
    if (op.f !== "txn" || type === "invoke") return []
    return op.polls.map(({ key, cells }) => ({ event, key, cells, isCommitted: true }))
  })
}

export const durableKeys = (run: Run): Set<string> => new Set(run.keys.filter((key) => key.isDurable).map((key) => key.key))

export const finalsByKey = (run: Run): Map<string, FinalRead> => new Map(run.final.map((read) => [read.key, read]))

export const committedCells = (read: FinalRead): readonly Cell[] => read.committed ?? read.cells

export const offsetsByValue = (cells: readonly Cell[]): Map<number, number> => new Map(cells.map(([offset, value]) => [value, offset]))

export const endOf = (read: FinalRead): number => read.reached ?? (read.cells.at(-1)?.[0] ?? read.logStart - 1) + 1
