/**
 * Judges a run by what clients saw and by one final read of everything. Knows nothing of the broker. Each rule is a function of the run
 * and answers what it found; rules that need transactions or groups are not here.
 */
import type { Anomaly, Cell, FinalRead, HistoryEvent, Operation, Run } from "./history.ts"

type Send = Extract<Operation, { f: "send" }>
type Poll = Extract<Operation, { f: "poll" }>

const rules: readonly ((run: Run) => Anomaly[])[] = [
  isValid,
  lostAcks,
  twoValues,
  doubledValues,
  failedValues,
  vanishedReads,
  fallingWatermarks,
]

export const checkRun = (run: Run): Anomaly[] => rules.flatMap((rule) => rule(run))

const of = (code: Anomaly["code"], messages: string[]): Anomaly[] => messages.map((message) => ({ code, message }))

const sends = (run: Run, type: HistoryEvent["type"]): { event: HistoryEvent; op: Send }[] =>
  run.events.flatMap((event) => (event.type === type && event.op.f === "send" ? [{ event, op: event.op }] : []))

const polls = (run: Run): { event: HistoryEvent; op: Poll }[] =>
  run.events.flatMap((event) => (event.type === "ok" && event.op.f === "poll" ? [{ event, op: event.op }] : []))

const durableKeys = (run: Run): Set<string> => new Set(run.keys.filter((key) => key.isDurable).map((key) => key.key))

/** C0: otherwise the run proves nothing. */
function isValid(run: Run): Anomaly[] {
  const problems: string[] = []
  for (const [key, offset] of run.startOffsets) if (offset !== 0) problems.push(`${key} began at ${offset}, not empty`)
  const seen = new Set<number>()
  for (const { op } of sends(run, "invoke")) {
    for (const value of op.values) {
      if (seen.has(value)) problems.push(`value ${value} was sent twice by the workload`)
      seen.add(value)
    }
  }
  const faults = run.events.filter((event) => event.op.f === "fault")
  const names = new Set(faults.map((event) => (event.op.f === "fault" ? event.op.name : "")))
  for (const planned of run.plannedFaults) if (!names.has(planned)) problems.push(`fault ${planned} was planned and did not happen`)
  const positions = faults.map((fault) => fault.i)
  positions.slice(1).forEach((position, index) => {
    const hasWork = run.events.some((event) => event.type === "ok" && event.i > (positions[index] ?? 0) && event.i < position)
    if (!hasWork) problems.push(`nothing succeeded between the faults at ${positions[index]} and ${position}`)
  })
  for (const read of run.final)
    if (endOf(read) !== read.end) problems.push(`the final read of ${read.key} ended at ${endOf(read)}, not ${read.end}`)
  for (const key of run.keys) if (!run.final.some((read) => read.key === key.key)) problems.push(`${key.key} was not read at the end`)
  if (sends(run, "ok").length === 0) problems.push("no send succeeded")
  return of("C0", problems)
}

const endOf = (read: FinalRead): number => (read.cells.at(-1)?.[0] ?? read.logStart - 1) + 1

/** C1: an acknowledged value is missing at the end, or lies elsewhere than the acknowledgement said. */
function lostAcks(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const finals = new Map(
    run.final.map((read) => [
      read.key,
      { read, byOffset: new Map(read.cells), byValue: new Map(read.cells.map(([offset, value]) => [value, offset])) },
    ]),
  )
  const problems: string[] = []
  for (const { event, op } of sends(run, "ok")) {
    const final = finals.get(op.key)
    if (!durable.has(op.key) || final === undefined) continue
    op.values.forEach((value, index) => {
      const claimed = op.offset === undefined ? undefined : op.offset + index
      if (claimed !== undefined && claimed < final.read.logStart) return
      if (!final.byValue.has(value))
        problems.push(`${value} of ${event.proc} was acknowledged in ${op.key} at ${claimed} (event ${event.i}) and is gone`)
      else if (claimed !== undefined && final.byOffset.get(claimed) !== value) {
        problems.push(`${value} was acknowledged at ${op.key} ${claimed} and lies at ${final.byValue.get(value)}`)
      }
    })
  }
  return of("C1", problems)
}

/** C2: one offset, two values, in whatever anybody saw. Without durability a power cut may reuse an offset; that is reported elsewhere. */
function twoValues(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const problems = new Set<string>()
  const seen = new Map<string, number>()
  const see = (key: string, [offset, value]: Cell): void => {
    const place = `${key} ${offset}`
    const before = seen.get(place)
    if (before !== undefined && before !== value) problems.add(`${place} held ${before} and ${value}`)
    seen.set(place, value)
  }
  for (const { op } of sends(run, "ok")) {
    const { offset } = op
    if (durable.has(op.key) && offset !== undefined) {
      op.values.forEach((value, index) => {
        see(op.key, [offset + index, value])
      })
    }
  }
  for (const { op } of polls(run)) if (durable.has(op.key)) for (const cell of op.cells) see(op.key, cell)
  for (const read of run.final) if (durable.has(read.key)) for (const cell of read.cells) see(read.key, cell)
  return of("C2", [...problems])
}

/** C3: an idempotent producer's value lies twice in the log. */
function doubledValues(run: Run): Anomaly[] {
  const owner = new Map<number, string>()
  for (const { event, op } of sends(run, "invoke")) for (const value of op.values) owner.set(value, event.proc)
  const problems: string[] = []
  for (const read of run.final) {
    const at = new Map<number, number>()
    for (const [offset, value] of read.cells) {
      const before = at.get(value)
      if (before !== undefined && run.idempotentProcs.has(owner.get(value) ?? "")) {
        problems.push(`${value} of an idempotent producer lies at ${read.key} ${before} and ${offset}`)
      }
      at.set(value, offset)
    }
  }
  return of("C3", problems)
}

/** C4: the broker said no, and the value is there all the same. */
function failedValues(run: Run): Anomaly[] {
  const okValues = new Set(sends(run, "ok").flatMap(({ op }) => op.values))
  const unknown = new Set(sends(run, "info").flatMap(({ op }) => op.values))
  const failed = new Set(sends(run, "fail").flatMap(({ op }) => op.values.filter((value) => !okValues.has(value) && !unknown.has(value))))
  const problems = run.final.flatMap((read) =>
    read.cells.filter(([, value]) => failed.has(value)).map(([offset, value]) => `${value} was refused and lies at ${read.key} ${offset}`),
  )
  return of("C4", problems)
}

/** C10: somebody read it, and it is gone. */
function vanishedReads(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const finals = new Map(run.final.map((read) => [read.key, { read, cells: new Map(read.cells) }]))
  const problems = new Set<string>()
  for (const { event, op } of polls(run)) {
    const final = finals.get(op.key)
    if (!durable.has(op.key) || final === undefined) continue
    for (const [offset, value] of op.cells) {
      if (offset >= final.read.logStart && final.cells.get(offset) !== value) {
        problems.add(`${op.key} ${offset} was read as ${value} (event ${event.i}) and is now ${final.cells.get(offset) ?? "gone"}`)
      }
    }
  }
  return of("C10", [...problems])
}

/** C11: the end that clients see never goes back. */
function fallingWatermarks(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const highest = new Map<string, number>()
  const problems: string[] = []
  const see = (key: string, mark: number, where: string): void => {
    const before = highest.get(key) ?? 0
    if (mark < before) problems.push(`the high watermark of ${key} was ${before} and then ${mark} (${where})`)
    highest.set(key, Math.max(before, mark))
  }
  for (const { event, op } of polls(run)) if (durable.has(op.key)) see(op.key, op.highWatermark, `event ${event.i}`)
  for (const read of run.final) if (durable.has(read.key)) see(read.key, read.end, "final read")
  return of("C11", problems)
}
