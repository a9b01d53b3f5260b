/** Rules about readers, groups, look-ups and the process: C8, C15, C16, C19 and C20. */
import type { Anomaly, FinalRead, GroupClaim, Run } from "./history.ts"
import { committedCells, durableKeys, finalsByKey, found, type Of, seen } from "./views.ts"

/** C8: a reader that asked for an offset got an earlier one, or not the next one that was there to be read. */
export function skippedOrRepeated(run: Run): Anomaly[] {
  const durable = durableKeys(run)
  const finals = finalsByKey(run)
  const problems: string[] = []
  for (const { event, op } of seen(run, "ok", "poll")) {
    const read = finals.get(op.key)
    if (op.from === undefined || read === undefined || !durable.has(op.key)) continue
    const wrong = whatIsWrongWith(op, op.from, op.isCommitted ? committedCells(read) : read.cells)
    if (wrong) problems.push(`event ${event.i} of ${event.proc} asked for ${op.key} ${op.from} and ${wrong}`)
  }
  return found("C8", problems)
}

function whatIsWrongWith({ cells }: Of<"poll">, from: number, visible: FinalRead["cells"]): string | null {
  let before = from - 1
  for (const [offset] of cells) {
    if (offset <= before) return `got ${offset} after ${before}`
    before = offset
  }
  const got = new Set(cells.map(([offset]) => offset))
  for (let at = firstFrom(visible, from); at < visible.length; at++) {
    const [offset] = visible[at] ?? [Number.MAX_SAFE_INTEGER]
    if (offset > before) return null
    if (!got.has(offset)) return `missed ${offset}`
  }
  return null
}

/** Index of the first cell at or behind an offset. */
function firstFrom(cells: FinalRead["cells"], offset: number): number {
  let [low, high] = [0, cells.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cells[middle]?.[0] ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** C15: two owners of a partition in one generation, a committed offset that goes back, or a commit of a past generation. */
export function groupFaults(run: Run): Anomaly[] {
  const problems = new Set<string>()
  const owners = new Map<string, string>()
  const newest = new Map<string, { generation: number; i: number }>()
  const committed = new Map<string, number>()
  const invoked = new Map<string, number>()
  const own = ({ group, member, generation }: GroupClaim, key: string): void => {
    const place = `${group} generation ${generation} ${key}`
    const before = owners.get(place)
    if (before !== undefined && before !== member) problems.add(`${place} was delivered to ${before} and ${member}`)
    owners.set(place, member)
  }
  const onCommit = (op: Of<"commit">, i: number): void => {
    const { claim, key, offset } = op
    const place = `${claim.group} ${key}`
    const before = committed.get(place) ?? -1
    if (offset < before && !op.isReset) problems.add(`the committed offset of ${place} went from ${before} to ${offset}`)
    committed.set(place, offset)
    const last = newest.get(place)
    const startedAt = invoked.get(`${claim.member} ${place} ${offset}`) ?? i
    if (last && last.generation > claim.generation && startedAt > last.i)
      problems.add(`${claim.member} committed ${place} in generation ${claim.generation} after ${last.generation} had begun`)
  }
  for (const { i, type, op } of run.events) {
    if (op.f === "assigned" && type === "ok") {
      for (const key of op.keys) {
        own(op.claim, key)
        const place = `${op.claim.group} ${key}`
        if (op.claim.generation > (newest.get(place)?.generation ?? -1)) newest.set(place, { generation: op.claim.generation, i })
      }
    }
    if (op.f === "poll" && type === "ok" && op.claim && op.cells.length > 0) own(op.claim, op.key)
    if (op.f === "commit" && type === "invoke") invoked.set(`${op.claim.member} ${op.claim.group} ${op.key} ${op.offset}`, i)
    if (op.f === "commit" && type === "ok") onCommit(op, i)
  }
  return found("C15", problems)
}

/** C16: what ListOffsets says agrees with a scan of everything. Asked after the last write. */
export function wrongLookUps(run: Run): Anomaly[] {
  const finals = finalsByKey(run)
  const problems: string[] = []
  for (const { event, op } of seen(run, "ok", "list")) {
    const read = finals.get(op.key)
    if (!read?.records) continue
    const expected = lookUp(read, op.at)
    if (expected !== op.offset) problems.push(`event ${event.i}: ${op.at} of ${op.key} is ${expected}, ListOffsets said ${op.offset}`)
  }
  return found("C16", problems)
}

function lookUp({ records = [], logStart, end }: FinalRead, at: Of<"list">["at"]): number {
  if (at === "earliest") return logStart
  if (at === "latest") return end
  if (typeof at === "number") return records.find(({ timestamp }) => timestamp >= at)?.offset ?? -1
  const highest = Math.max(...records.map(({ timestamp }) => timestamp))
  return records.find(({ timestamp }) => timestamp === highest)?.offset ?? -1
}

/** C19: an error that the documentation does not name for these faults, and UNKNOWN_SERVER_ERROR in any case. */
export function undocumentedErrors(run: Run): Anomaly[] {
  const isExpected = (error: string): boolean => error !== "UNKNOWN_SERVER_ERROR" && (run.expectedErrors?.has(error) ?? true)
  const odd = run.events.filter(({ error }) => error !== undefined && !isExpected(error))
  return found(
    "C19",
    odd.map(({ i, op, error }) => `${op.f} (event ${i}) was answered with ${error}`),
  )
}

const shareOfGrowth = 0.05
/** A handful of anything is noise. */
const smallGrowth = 4

/** C20: after healing the process holds what it held before. */
export function leftovers(run: Run): Anomaly[] {
  const { before, after } = run.resources ?? { before: {}, after: {} }
  const grown = Object.entries(after).filter(
    ([name, held]) => held - (before[name] ?? 0) > Math.max((before[name] ?? 0) * shareOfGrowth, smallGrowth),
  )
  return found(
    "C20",
    grown.map(([name, held]) => `${name}: ${before[name] ?? 0} before, ${held} afterwards`),
  )
}
