/** One anomaly at a time, planted into a legal run: what the checker is tried with. Null where a run has no place for it. */
import type { SimRandom } from "../sim-random.ts"
import type { Anomaly, FinalRead, HistoryEvent, Operation, Run } from "./history.ts"

type Mutator = (run: Run, random: SimRandom) => Run | null
type Kind = Operation["f"]
type Of<F extends Kind> = Extract<Operation, { f: F }>

/** What a mutated run must be accused of. */
export const mutators: readonly { code: Anomaly["code"]; name: string; plant: Mutator }[] = [
  { code: "C0", name: "a planned fault that did not happen", plant: (run) => ({ ...run, plannedFaults: ["power"] }) },
  { code: "C1", name: "an acknowledged record that is gone", plant: loseAck },
  { code: "C2", name: "an offset with two values", plant: (run, random) => changePoll(run, random, (cell) => [cell[0], cell[1] + 0.5]) },
  { code: "C3", name: "an idempotent value twice", plant: double },
  { code: "C4", name: "a refused value that is there", plant: showRefused },
  { code: "C4", name: "an aborted value that a committed reader saw", plant: showAborted },
  { code: "C5", name: "a transaction of which a part is gone", plant: tear },
  { code: "C6", name: "two transactions that read each other", plant: readEachOther },
  { code: "C8", name: "a poll that skips a record", plant: skip },
  { code: "C8", name: "a poll that goes back", plant: goBack },
  { code: "C9", name: "a transaction whose sends changed places", plant: swapSends },
  { code: "C10", name: "a value that was read and is gone", plant: vanish },
  { code: "C11", name: "a high watermark that falls", plant: fall },
  { code: "C12", name: "a record of a fenced epoch", plant: fenced },
  {
    code: "C13",
    name: "a transaction that hangs",
    plant: (run, random) =>
      change({ run, random, f: "settled" }, (op) => (op.lastStable > 0 ? { ...op, lastStable: op.lastStable - 1 } : null)),
  },
  { code: "C14", name: "a record that was copied twice", plant: copyTwice },
  { code: "C15", name: "two owners in one generation", plant: twoOwners },
  { code: "C15", name: "a committed offset that goes back", plant: commitBack },
  {
    code: "C16",
    name: "a look-up beside the record",
    plant: (run, random) => change({ run, random, f: "list" }, (op) => ({ ...op, offset: op.offset + 1 })),
  },
  {
    code: "C19",
    name: "an error that nobody expects",
    plant: (run, random) => withEvent(run, random.below(run.events.length), (event) => ({ ...event, error: "UNKNOWN_SERVER_ERROR" })),
  },
  { code: "C20", name: "sockets that stay", plant: (run) => ({ ...run, resources: { before: { sockets: 10 }, after: { sockets: 16 } } }) },
]

function withEvent(run: Run, at: number, alter: (event: HistoryEvent) => HistoryEvent): Run {
  return { ...run, events: run.events.map((event, index) => (index === at ? alter(event) : event)) }
}

interface Place<F extends Kind> {
  readonly run: Run
  readonly random: SimRandom
  readonly f: F
}

/** Alters one `ok` event of a kind for which the alteration has an answer. */
function change<F extends Kind>({ run, random, f }: Place<F>, alter: (op: Of<F>) => Of<F> | null): Run | null {
  const places = run.events.flatMap((event, index) => {
    if (event.type !== "ok" || event.op.f !== f) return []
    const op = alter(event.op as Of<F>)
    return op ? [{ index, op }] : []
  })
  if (places.length === 0) return null
  const { index, op } = random.pick(places)
  return withEvent(run, index, (event) => ({ ...event, op }))
}

function withFinal(run: Run, key: string, alter: (read: FinalRead) => FinalRead): Run {
  return { ...run, final: run.final.map((read) => (read.key === key ? alter(read) : read)) }
}

/** Takes one offset out of everything that the final reader saw. */
const without =
  (offset: number) =>
  (read: FinalRead): FinalRead => ({
    ...read,
    cells: read.cells.filter(([at]) => at !== offset),
    committed: read.committed?.filter(([at]) => at !== offset),
    records: read.records?.filter((record) => record.offset !== offset),
  })

const okOnes = <F extends Kind>(run: Run, f: F): Of<F>[] =>
  run.events.flatMap(({ type, op }) => (type === "ok" && op.f === f ? [op as Of<F>] : []))

function loseAck(run: Run, random: SimRandom): Run | null {
  const { key, offset } = random.pick(okOnes(run, "send"))
  return offset === undefined ? null : withFinal(run, key, without(offset))
}

function changePoll(run: Run, random: SimRandom, alter: (cell: readonly [number, number]) => readonly [number, number]): Run | null {
  return change({ run, random, f: "poll" }, (op) => (op.cells.length > 0 ? { ...op, cells: op.cells.map(alter) } : null))
}

function double(run: Run, random: SimRandom): Run | null {
  const sent = run.events.flatMap(({ type, op, proc }) =>
    type === "ok" && op.f === "send" && run.idempotentProcs.has(proc) ? [{ key: op.key, value: op.values[0] ?? 0 }] : [],
  )
  if (sent.length === 0) return null
  const { key, value } = random.pick(sent)
  return withFinal(run, key, (read) => appended(read, value))
}

const appended = (read: FinalRead, value: number): FinalRead => ({
  ...read,
  end: read.end + 1,
  reached: read.end + 1,
  cells: [...read.cells, [read.end, value]],
  committed: [...(read.committed ?? read.cells), [read.end, value]],
})

function showRefused(run: Run, random: SimRandom): Run | null {
  const refused = run.events.flatMap(({ type, op }) => (type === "fail" && op.f === "send" ? [op] : []))
  if (refused.length === 0) return null
  const { key, values } = random.pick(refused)
  return withFinal(run, key, (read) => appended(read, values[0] ?? 0))
}

function showAborted(run: Run, random: SimRandom): Run | null {
  const aborted = okOnes(run, "txn").flatMap((op) => (op.outcome === "abort" ? op.sends : []))
  if (aborted.length === 0) return null
  const { key, value, offset = 0 } = random.pick(aborted)
  return change({ run, random, f: "poll" }, (op) =>
    op.key === key && op.isCommitted ? { ...op, from: undefined, cells: [[offset, value]] } : null,
  )
}

function tear(run: Run, random: SimRandom): Run | null {
  const torn = okOnes(run, "txn").filter((op) => op.outcome === "commit" && op.sends.length > 1)
  if (torn.length === 0) return null
  const { key, offset = 0 } = random.pick(random.pick(torn).sends)
  return withFinal(run, key, (read) => ({ ...read, committed: read.committed?.filter(([at]) => at !== offset) }))
}

function readEachOther(run: Run, random: SimRandom): Run | null {
  const writers = okOnes(run, "txn").filter((op) => op.outcome === "commit" && op.sends.length > 0)
  const [one, other] = [random.pick([...writers, null]), random.pick([...writers, null])]
  if (!one || !other || one === other) return null
  const readOf = ({ sends }: Of<"txn">) =>
    sends.slice(0, 1).map(({ key, value, offset = 0 }) => ({ key, cells: [[offset, value] as const] }))
  const events = run.events.map((event) => {
    if (event.op === one) return { ...event, op: { ...one, polls: readOf(other) } }
    return event.op === other ? { ...event, op: { ...other, polls: readOf(one) } } : event
  })
  return { ...run, events }
}

function skip(run: Run, random: SimRandom): Run | null {
  return change({ run, random, f: "poll" }, (op) => (op.cells.length > 1 ? { ...op, cells: op.cells.slice(1) } : null))
}

function goBack(run: Run, random: SimRandom): Run | null {
  return change({ run, random, f: "poll" }, (op) => (op.cells.length > 1 ? { ...op, cells: [...op.cells, op.cells[0] ?? [0, 0]] } : null))
}

function swapSends(run: Run, random: SimRandom): Run | null {
  return change({ run, random, f: "txn" }, (op) => {
    const [first, second] = op.sends.filter(({ key }) => key === op.sends[0]?.key)
    if (!first || !second) return null
    return { ...op, sends: op.sends.map((send) => (send === first ? second : send === second ? first : send)) }
  })
}

function vanish(run: Run, random: SimRandom): Run | null {
  const read = okOnes(run, "poll").flatMap(({ key, cells }) => cells.map(([offset]) => ({ key, offset })))
  if (read.length === 0) return null
  const { key, offset } = random.pick(read)
  return withFinal(run, key, without(offset))
}

function fall(run: Run, random: SimRandom): Run | null {
  const highest = new Map<string, number>()
  return change({ run, random, f: "poll" }, (op) => {
    const before = highest.get(op.key) ?? 0
    highest.set(op.key, op.highWatermark)
    return before > 0 ? { ...op, highWatermark: before - 1 } : null
  })
}

function fenced(run: Run, random: SimRandom): Run | null {
  const newer = okOnes(run, "init").filter(({ producer }) => producer.epoch > 0)
  if (newer.length === 0) return null
  const { producer } = random.pick(newer)
  const old = { id: producer.id, epoch: producer.epoch - 1 }
  const op: Operation = { f: "send", key: "a-0", values: [-1], producer: old }
  const late: HistoryEvent[] = (["invoke", "ok"] as const).map((type, index) => ({
    i: run.events.length + index,
    proc: "late",
    incarnation: 2,
    type,
    op,
  }))
  const events = [...run.events, ...late]
  return withFinal({ ...run, events }, "a-0", (read) => appended(read, -1))
}

function copyTwice(run: Run, random: SimRandom): Run | null {
  const [copy] = run.copies ?? []
  const target = run.final.find(({ key }) => key === copy?.to)
  if (!copy || !target?.committed?.length) return null
  const [, value] = random.pick(target.committed)
  return withFinal(run, copy.to, (read) => appended(read, value))
}

function twoOwners(run: Run, random: SimRandom): Run | null {
  const assigned = okOnes(run, "assigned")
  return change({ run, random, f: "assigned" }, (op) => {
    const other = assigned.find(
      ({ claim, keys }) => claim.generation === op.claim.generation && claim.member !== op.claim.member && keys.length > 0,
    )
    return other ? { ...op, keys: [...op.keys, ...other.keys.slice(0, 1)] } : null
  })
}

function commitBack(run: Run, random: SimRandom): Run | null {
  const highest = new Map<string, number>()
  return change({ run, random, f: "commit" }, (op) => {
    const before = highest.get(op.key) ?? 0
    highest.set(op.key, op.offset)
    return before > 0 ? { ...op, offset: before - 1 } : null
  })
}
