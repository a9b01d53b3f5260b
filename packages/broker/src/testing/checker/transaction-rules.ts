/** Rules about transactions: C5, C6, C9, C12, C13 and C14. */
import { stronglyConnected } from "./cycles.ts"
import type { Anomaly, Run } from "./history.ts"
import { committedCells, finalsByKey, found, offsetsByValue, readings, type Seen, seen } from "./views.ts"

interface Transaction {
  readonly node: number
  readonly seen: Seen<"txn">
}

/** Every transaction once, by its outcome; one whose outcome nobody heard stands for itself. */
function transactions(run: Run): Transaction[] {
  const all = [...seen(run, "ok", "txn"), ...seen(run, "fail", "txn"), ...seen(run, "info", "txn")]
  return all.map((one, node) => ({ node, seen: one }))
}

/** Values that a committed reader finds at the end, by partition. */
const finalValues = (run: Run): Map<string, Map<number, number>> =>
  new Map(run.final.map((read) => [read.key, offsetsByValue(committedCells(read))]))

/** C5: a committed reader saw a part of a transaction that did not commit, or the end shows a part of one. */
export function tornTransactions(run: Run): Anomaly[] {
  const finals = finalsByKey(run)
  const values = finalValues(run)
  const problems = new Set<string>()
  const uncommitted = new Map<number, string>()
  for (const { seen: one } of transactions(run)) {
    const { id, sends } = one.op
    const visible = sends.filter(({ key, value }) => values.get(key)?.has(value))
    const missing = sends.filter(({ key, value, offset }) => {
      const read = finals.get(key)
      return read !== undefined && !values.get(key)?.has(value) && (offset === undefined || offset >= read.logStart)
    })
    const isAborted = one.event.type === "fail" || (one.event.type === "ok" && one.op.outcome === "abort")
    // Whole or nothing; a value that was to be sent and never was has no place in an aborted or unknown transaction.
    if (visible.length > 0 && missing.length > 0) problems.add(`${id}: ${listed(visible)} are visible, ${listed(missing)} are not`)
    if (visible.length === 0 && !isAborted) for (const { value } of sends) uncommitted.set(value, id)
  }
  for (const { key, cells, isCommitted, event } of readings(run)) {
    if (!isCommitted) continue
    for (const [offset, value] of cells)
      if (uncommitted.has(value))
        problems.add(`event ${event.i} read ${value} at ${key} ${offset}, which ${uncommitted.get(value)} never committed`)
  }
  return found("C5", problems)
}

const listed = (sends: Seen<"txn">["op"]["sends"]): string => sends.map(({ value }) => value).join(", ")

interface Edge {
  readonly from: number
  readonly to: number
}

const committedOnes = (run: Run): Transaction[] => {
  const values = finalValues(run)
  return transactions(run).filter(({ seen: { op, event } }) => {
    if (event.type === "ok") return op.outcome === "commit"
    return op.sends.some(({ key, value }) => values.get(key)?.has(value))
  })
}

/** wr: one transaction read what another had written. */
function* readEdges(all: readonly Transaction[]): Generator<Edge> {
  const writers = new Map(all.flatMap(({ node, seen: { op } }) => op.sends.map(({ value }) => [value, node])))
  for (const { node, seen: one } of all) {
    for (const { cells } of one.op.polls) {
      for (const [, value] of cells) {
        const from = writers.get(value)
        if (from !== undefined && from !== node) yield { from, to: node }
      }
    }
  }
}

/** C6: each of some transactions read what the next one wrote, in a circle: one of them read before it was committed. */
export function readCycles(run: Run): Anomaly[] {
  const committed = committedOnes(run)
  const names = new Map(committed.map(({ node, seen: { op } }) => [node, op.id]))
  const cycles = stronglyConnected([...readEdges(committed)])
  return found(
    "C6",
    cycles.map((nodes) => `a cycle of reads: ${nodes.map((node) => names.get(node)).join(", ")}`),
  )
}

/** ww: the order in which transactions wrote to one partition. */
function* writeEdges(all: readonly Transaction[]): Generator<Edge> {
  const writes = new Map<string, { node: number; offset: number }[]>()
  for (const { node, seen: one } of all) {
    for (const { key, offset } of one.op.sends) {
      if (offset === undefined) continue
      const known = writes.get(key) ?? []
      known.push({ node, offset })
      writes.set(key, known)
    }
  }
  for (const known of writes.values()) {
    known.sort((a, b) => a.offset - b.offset)
    for (const [index, { node }] of known.entries()) {
      const before = known[index - 1]
      if (before && before.node !== node) yield { from: before.node, to: node }
    }
  }
}

/** C7: transactions interleave in a partition, as in Kafka's model. Allowed, and worth a number. */
export function interleavedTransactions(run: Run): number {
  const committed = committedOnes(run)
  return stronglyConnected([...readEdges(committed), ...writeEdges(committed)]).length
}

/** C9: within one transaction sends of a partition keep their order, and what it polled is in order. */
export function disorderInTransactions(run: Run): Anomaly[] {
  const problems: string[] = []
  for (const { seen: one } of transactions(run)) {
    const { id, sends, polls } = one.op
    const lastOf = new Map<string, number>()
    for (const { key, offset } of sends) {
      if (offset === undefined) continue
      if (offset <= (lastOf.get(key) ?? -1)) problems.push(`${id} sent to ${key} at ${lastOf.get(key)} and then at ${offset}`)
      lastOf.set(key, offset)
    }
    const polled = new Map<string, number>()
    for (const { key, cells } of polls) {
      for (const [offset] of cells) {
        if (offset <= (polled.get(key) ?? -1)) problems.push(`${id} polled ${key} ${polled.get(key)} and then ${offset}`)
        polled.set(key, offset)
      }
    }
  }
  return found("C9", problems)
}

/** C12: an older incarnation wrote after a newer one had been told that it is the only one. */
export function fencedWrites(run: Run): Anomaly[] {
  const problems = new Set<string>()
  const newest = new Map<number, { epoch: number; i: number }>()
  const invoked = new Map<string, number>()
  for (const { i, proc, type, op } of run.events) {
    if (op.f === "init" && type === "ok") {
      const known = newest.get(op.producer.id)
      if (!known || known.epoch < op.producer.epoch) newest.set(op.producer.id, { epoch: op.producer.epoch, i })
    }
    if (op.f !== "send" || !op.producer) continue
    const name = `${proc} ${op.values.join()}`
    if (type === "invoke") invoked.set(name, i)
    const fence = newest.get(op.producer.id)
    const isLate = fence !== undefined && fence.epoch > op.producer.epoch && (invoked.get(name) ?? i) > fence.i
    if (type === "ok" && isLate)
      problems.add(`${op.values.join(", ")} of epoch ${op.producer.epoch} were taken after epoch ${fence.epoch} began`)
  }
  for (const { key, records = [] } of run.final) {
    const highest = new Map<number, number>()
    for (const { offset, producerId, producerEpoch } of records) {
      if (producerId < 0) continue
      const epoch = highest.get(producerId) ?? -1
      if (producerEpoch < epoch) problems.add(`${key} ${offset} has epoch ${producerEpoch} of ${producerId} behind epoch ${epoch}`)
      highest.set(producerId, Math.max(epoch, producerEpoch))
    }
  }
  return found("C12", problems)
}

/** C13: a transaction still holds readers up although everybody had the time to end it. */
export function hangingTransactions(run: Run): Anomaly[] {
  const stuck = seen(run, "ok", "settled").filter(({ op }) => op.lastStable < op.highWatermark)
  return found(
    "C13",
    stuck.map(({ op }) => `${op.key} is stable up to ${op.lastStable} of ${op.highWatermark}`),
  )
}

/** C14: a copy in transactions has each value of its source once, in its order. */
export function wrongCopies(run: Run): Anomaly[] {
  const finals = finalsByKey(run)
  const valuesOf = (key: string): number[] => {
    const read = finals.get(key)
    return read ? committedCells(read).map(([, value]) => value) : []
  }
  const problems: string[] = []
  for (const { from, to, distance } of run.copies ?? []) {
    const source = valuesOf(from)
    const target = valuesOf(to).map((value) => value - distance)
    const at = source.findIndex((value, index) => target[index] !== value)
    if (at >= 0) problems.push(`${to} has ${target[at] ?? "nothing"} where ${from} has ${source[at]} (record ${at})`)
    else if (target.length !== source.length) problems.push(`${to} has ${target.length} records, ${from} ${source.length}`)
  }
  return found("C14", problems)
}
