import { expect, test } from "vitest"
import { checkRun } from "./checker.ts"
import type { Cell, EventType, HistoryEvent, Operation, Run } from "./history.ts"

/** A legal run: two keys, ten values each, read twice, one fault in the middle. */
function legalRun(): Run & { events: HistoryEvent[] } {
  const events: HistoryEvent[] = []
  const add = (proc: string, type: EventType, op: Operation): void => {
    events.push({ i: events.length, proc, incarnation: 1, type, op })
  }
  const keys = ["a-0", "b-0"]
  const cells = new Map<string, Cell[]>(keys.map((key) => [key, []]))
  for (let round = 0; round < 10; round++) {
    for (const [which, key] of keys.entries()) {
      const values = [round * 4 + which * 2 + 1, round * 4 + which * 2 + 2]
      add(`producer-${key}`, "invoke", { f: "send", key, values })
      const known = cells.get(key)!
      const offset = known.length
      known.push(...values.map((value, index): Cell => [offset + index, value]))
      add(`producer-${key}`, "ok", { f: "send", key, values, offset })
      if (round % 3 === 0) add("reader", "ok", { f: "poll", key, cells: [...known], highWatermark: known.length })
    }
    if (round === 5) add("harness", "info", { f: "fault", name: "kill" })
  }
  return {
    events,
    keys: keys.map((key) => ({ key, isDurable: true })),
    final: keys.map((key) => ({ key, logStart: 0, end: 20, cells: cells.get(key)! })),
    plannedFaults: ["kill"],
    idempotentProcs: new Set(["producer-a-0"]),
    startOffsets: new Map([["a-0", 0]]),
  }
}

const codes = (run: Run): string[] => [...new Set(checkRun(run).map((anomaly) => anomaly.code))]

function withFinal(run: Run, change: (cells: Cell[]) => Cell[], end = 20): Run {
  return { ...run, final: run.final.map((read, index) => (index === 0 ? { ...read, end, cells: change([...read.cells]) } : read)) }
}

function replaceEvent(run: Run, find: (event: HistoryEvent) => boolean, change: (event: HistoryEvent) => HistoryEvent): Run {
  const at = run.events.findIndex(find)
  expect(at).toBeGreaterThanOrEqual(0)
  return { ...run, events: run.events.map((event, index) => (index === at ? change(event) : event)) }
}

test("finds nothing in a legal run", () => {
  expect(checkRun(legalRun())).toEqual([])
})

test("allows an unknown outcome to be there or not", () => {
  const run = legalRun()
  const event = (values: number[], type: EventType): HistoryEvent => ({
    i: run.events.length,
    proc: "producer-b-0",
    incarnation: 1,
    type,
    op: { f: "send", key: "a-0", values },
  })
  run.events.push(event([1_000], "invoke"), event([1_000], "info"), event([1_001], "invoke"), event([1_001], "info"))
  expect(codes(run)).toEqual([])
  expect(codes(withFinal(run, (cells) => [...cells, [20, 1_000]], 21))).toEqual([])
})

test("C0: a planned fault did not happen", () => {
  expect(codes({ ...legalRun(), plannedFaults: ["kill", "power"] })).toEqual(["C0"])
})

test("C0: a value was sent twice by the workload", () => {
  const run = legalRun()
  run.events.push({ ...run.events[0]!, i: run.events.length })
  expect(codes(run)).toEqual(["C0"])
})

test("C0: the final read stopped early", () => {
  expect(codes({ ...withFinal(legalRun(), (cells) => cells, 25) })).toContain("C0")
})

test("C0: a key was not read at the end", () => {
  const run = legalRun()
  expect(codes({ ...run, final: run.final.slice(0, 1) })).toContain("C0")
})

test("C0: nothing succeeded between two faults", () => {
  const run = legalRun()
  for (let times = 0; times < 2; times++) {
    run.events.push({ i: run.events.length, proc: "harness", incarnation: 1, type: "info", op: { f: "fault", name: "kill" } })
  }
  expect(codes(run)).toEqual(["C0"])
})

test("C0: the run began with a full log", () => {
  expect(codes({ ...legalRun(), startOffsets: new Map([["a-0", 7]]) })).toEqual(["C0"])
})

test("C1: the last acknowledged value is gone", () => {
  expect(codes(withFinal(legalRun(), (cells) => cells.slice(0, -1), 19))).toContain("C1")
})

test("C1: a value in the middle is gone and the rest closed up", () => {
  const closed = withFinal(legalRun(), (cells) => cells.toSpliced(4, 1).map(([, value], offset): Cell => [offset, value]), 19)
  expect(codes(closed)).toContain("C1")
})

test("C1: two acknowledged values changed places", () => {
  const swapped = withFinal(legalRun(), (cells) => cells.with(2, [2, cells[3]![1]]).with(3, [3, cells[2]![1]]))
  expect(codes(swapped)).toContain("C1")
})

test("C1 does not hold where durability was not promised, nor below the log start", () => {
  const lost = withFinal(legalRun(), (cells) => cells.slice(0, -1), 19)
  const notPromised = { ...lost, keys: lost.keys.map((key) => ({ ...key, isDurable: false })) }
  expect(codes(notPromised)).toEqual([])
  const run = legalRun()
  const trimmed = { ...run, final: run.final.map((read) => ({ ...read, logStart: 4, cells: read.cells.slice(4) })) }
  expect(codes(trimmed)).toEqual([])
})

test("C2: a reader saw another value than the final read", () => {
  const changed = replaceEvent(
    legalRun(),
    (event) => event.op.f === "poll" && event.op.key === "a-0",
    (event) => (event.op.f === "poll" ? { ...event, op: { ...event.op, cells: [[0, 999], ...event.op.cells.slice(1)] } } : event),
  )
  expect(codes(changed)).toContain("C2")
})

test("C2: two acknowledgements name the same offset", () => {
  const changed = replaceEvent(
    legalRun(),
    (event) => event.type === "ok" && event.op.f === "send" && event.op.offset === 2,
    (event) => (event.op.f === "send" ? { ...event, op: { ...event.op, offset: 0 } } : event),
  )
  expect(codes(changed)).toContain("C2")
})

test("C3: an idempotent producer's value lies twice in the log", () => {
  expect(codes(withFinal(legalRun(), (cells) => [...cells, [20, cells[0]![1]]], 21))).toEqual(["C3"])
})

test("C3 does not hold for a producer without sequences", () => {
  expect(codes({ ...withFinal(legalRun(), (cells) => [...cells, [20, cells[0]![1]]], 21), idempotentProcs: new Set() })).toEqual([])
})

test("C4: a refused value lies in the log", () => {
  const run = legalRun()
  const op: Operation = { f: "send", key: "a-0", values: [5_000] }
  run.events.push({ i: run.events.length, proc: "p", incarnation: 1, type: "invoke", op })
  run.events.push({ i: run.events.length, proc: "p", incarnation: 1, type: "fail", op, error: "KAFKA_STORAGE_ERROR" })
  expect(codes(withFinal(run, (cells) => [...cells, [20, 5_000]], 21))).toEqual(["C4"])
})

test("C10: a value that somebody read is gone", () => {
  const run = legalRun()
  run.events.push({
    i: run.events.length,
    proc: "reader",
    incarnation: 1,
    type: "ok",
    op: { f: "poll", key: "a-0", cells: [[20, 777]], highWatermark: 20 },
  })
  expect(codes(run)).toEqual(["C10"])
})

test("C11: the high watermark went back between two polls", () => {
  const run = legalRun()
  for (const highWatermark of [20, 18]) {
    const op: Operation = { f: "poll", key: "a-0", cells: [], highWatermark }
    run.events.push({ i: run.events.length, proc: "reader", incarnation: 1, type: "ok", op })
  }
  expect(codes(run)).toEqual(["C11"])
})

test("C11: the final end lies below a high watermark that was seen", () => {
  const run = legalRun()
  run.events.push({
    i: run.events.length,
    proc: "reader",
    incarnation: 1,
    type: "ok",
    op: { f: "poll", key: "a-0", cells: [], highWatermark: 25 },
  })
  expect(codes(run)).toEqual(["C11"])
})

test("flags a randomly planted loss, doubling or change in each of 2,000 runs", () => {
  const run = legalRun()
  for (let round = 0; round < 2_000; round++) {
    const at = round % 20
    const kind = round % 3
    const planted = withFinal(
      run,
      (cells) => {
        if (kind === 0) return cells.toSpliced(at, 1)
        if (kind === 1) return cells.with(at, [at, 100_000 + round])
        return [...cells, [20, cells[at]![1]]]
      },
      kind === 2 ? 21 : 20,
    )
    const expected = kind === 2 ? "C3" : "C1"
    expect(codes(planted), `round ${round}`).toContain(expected)
  }
})
