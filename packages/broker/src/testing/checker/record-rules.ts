/** Rules about single records and the run itself: C0 to C4, C10 and C11. */
import type { Anomaly, Cell, Run } from "./history.ts"
import {
  committedCells,
  durableKeys,
  endOf,
  finalsByKey,
  found,
  offsetsByValue,
  readings,
  seen,
  sent,
  sentInTransactions,
} from "./views.ts"

/** C0: otherwise the run proves nothing. */
export function isValid(run: Run): Anomaly[] {
  return found("C0", [...whatWasSentTwice(run), ...whatFaultsLack(run), ...whatTheFinalReadLacks(run)])
}

function whatWasSentTwice(run: Run): string[] {
  const problems: string[] = []
  for (const [key, offset] of run.startOffsets) if (offset !== 0) problems.push(`${key} began at ${offset}, not empty`)
  const values = new Set<number>()
  for (const { value } of [...sent(run, "invoke"), ...sentInTransactions(seen(run, "invoke", "txn"))]) {
    if (values.has(value)) problems.push(`value ${value} was sent twice by the workload`)
    values.add(value)
  }
  if (seen(run, "ok", "send").length + seen(run, "ok", "txn").length === 0) problems.push("no send succeeded")
  return problems
}

function whatFaultsLack(run: Run): string[] {
  const problems: string[] = []
  const faults = run.events.flatMap(({ i, op }) => (op.f === "fault" ? [{ i, name: op.name }] : []))
  const names = new Set(faults.map(({ name }) => name))
  for (const planned of run.plannedFaults) if (!names.has(planned)) problems.push(`fault ${planned} was planned and did not happen`)
  faults.slice(1).forEach(({ i: position }, index) => {
    const before = faults[index]?.i ?? 0
    const hasWork = run.events.some((event) => event.type === "ok" && event.i > before && event.i < position)
    if (!hasWork) problems.push(`nothing succeeded between the faults at ${before} and ${position}`)
  })
  return problems
}

function whatTheFinalReadLacks(run: Run): string[] {
  const short = run.final.filter((read) => endOf(read) !== read.end)
  const unread = run.keys.filter(({ key }) => !run.final.some((read) => read.key === key))
  return [
    ...short.map((read) => `the final read of ${read.key} ended at ${endOf(read)}, not ${read.end}`),
    ...unread.map(({ key }) => `${key} was not read at the end`),
  ]
}

/** C1: an acknowledged value is missing at the end, or lies elsewhere than the acknowledgement said. */
export function lostAcks(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const finals = new Map(
    run.final.map((read) => [read.key, { read, all: new Map(read.cells), byValue: offsetsByValue(committedCells(read)) }]),
  )
  const committed = seen(run, "ok", "txn").filter(({ op }) => op.outcome === "commit")
  const problems: string[] = []
  for (const { event, key, value, offset: claimed } of [...sent(run, "ok"), ...sentInTransactions(committed)]) {
    const final = finals.get(key)
    if (!durable.has(key) || final === undefined) continue
    if (claimed !== undefined && claimed < final.read.logStart) continue
    if (!final.byValue.has(value))
      problems.push(`${value} of ${event.proc} was acknowledged in ${key} at ${claimed} (event ${event.i}) and is gone`)
    else if (claimed !== undefined && final.all.get(claimed) !== value)
      problems.push(`${value} was acknowledged at ${key} ${claimed} and lies at ${final.byValue.get(value)}`)
  }
  return found("C1", problems)
}

/** C2: one offset, two values, in whatever anybody saw. Without durability a power cut may reuse an offset; that is reported elsewhere. */
export function twoValues(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const problems = new Set<string>()
  const places = new Map<string, number>()
  const see = (key: string, offset: number, value: number): void => {
    if (!durable.has(key)) return
    const place = `${key} ${offset}`
    const before = places.get(place)
    if (before !== undefined && before !== value) problems.add(`${place} held ${before} and ${value}`)
    places.set(place, value)
  }
  const transactions = [...seen(run, "ok", "txn"), ...seen(run, "fail", "txn"), ...seen(run, "info", "txn")]
  for (const { key, value, offset } of [...sent(run, "ok"), ...sentInTransactions(transactions)])
    if (offset !== undefined) see(key, offset, value)
  for (const { key, cells } of readings(run)) for (const [offset, value] of cells) see(key, offset, value)
  for (const { key, cells, committed = [] } of run.final) for (const [offset, value] of [...cells, ...committed]) see(key, offset, value)
  return found("C2", problems)
}

/** C3: an idempotent producer's value lies twice in the log. Transactional producers are idempotent. */
export function doubledValues(run: Run): Anomaly[] {
  const idempotent = new Set(sentInTransactions(seen(run, "invoke", "txn")).map(({ value }) => value))
  for (const { event, value } of sent(run, "invoke")) if (run.idempotentProcs.has(event.proc)) idempotent.add(value)
  const problems: string[] = []
  for (const read of run.final) {
    const at = new Map<number, number>()
    for (const [offset, value] of read.cells) {
      const before = at.get(value)
      if (before !== undefined && idempotent.has(value))
        problems.push(`${value} of an idempotent producer lies at ${read.key} ${before} and ${offset}`)
      at.set(value, offset)
    }
  }
  return found("C3", problems)
}

/** C4: the broker said no, or the transaction was aborted, and a committed reader sees the value all the same. */
export function failedValues(run: Run): Anomaly[] {
  const open = new Set([...sent(run, "ok"), ...sent(run, "info")].map(({ value }) => value))
  const failed = new Set(sent(run, "fail").flatMap(({ value }) => (open.has(value) ? [] : [value])))
  const abortedOnes = [...seen(run, "ok", "txn").filter(({ op }) => op.outcome === "abort"), ...seen(run, "fail", "txn")]
  for (const { value } of sentInTransactions(abortedOnes)) failed.add(value)
  const problems = new Set<string>()
  const look = (where: string, cells: readonly Cell[]): void => {
    for (const [offset, value] of cells)
      if (failed.has(value)) problems.add(`${value} was refused or aborted and lies at ${where} ${offset}`)
  }
  for (const read of run.final) look(read.key, committedCells(read))
  for (const { key, cells, isCommitted } of readings(run)) if (isCommitted) look(key, cells)
  return found("C4", problems)
}

/** C10: somebody read it, and it is gone. */
export function vanishedReads(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const finals = new Map(run.final.map((read) => [read.key, { read, cells: new Map(read.cells) }]))
  const problems = new Set<string>()
  for (const { event, key, cells } of readings(run)) {
    const final = finals.get(key)
    if (!durable.has(key) || final === undefined) continue
    for (const [offset, value] of cells) {
      if (offset < final.read.logStart || final.cells.get(offset) === value) continue
      problems.add(`${key} ${offset} was read as ${value} (event ${event.i}) and is now ${final.cells.get(offset) ?? "gone"}`)
    }
  }
  return found("C10", problems)
}

/** C11: the end that clients see never goes back. */
export function fallingWatermarks(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const highest = new Map<string, number>()
  const problems: string[] = []
  const see = (key: string, mark: number, where: string): void => {
    if (!durable.has(key)) return
    const before = highest.get(key) ?? 0
    if (mark < before) problems.push(`the high watermark of ${key} was ${before} and then ${mark} (${where})`)
    highest.set(key, Math.max(before, mark))
  }
  for (const { event, op } of seen(run, "ok", "poll")) see(op.key, op.highWatermark, `event ${event.i}`)
  for (const read of finalsByKey(run).values()) see(read.key, read.end, "final read")
  return found("C11", problems)
}
