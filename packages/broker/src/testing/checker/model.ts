/**
 * A broker as the promises describe it, in memory: it makes legal histories, so that the checker can be tried. Partitions are arrays,
 * transactions append markers, a crash loses what nobody acknowledged, groups have generations. Shares no code with the broker.
 */
import { type SimRandom, simRandom } from "../sim-random.ts"
import {
  type Cell,
  type FinalRead,
  type GroupClaim,
  History,
  type Operation,
  type ProducerMark,
  type RecordFacts,
  type Run,
} from "./history.ts"

interface Entry {
  /** Null for a marker. */
  readonly value: number | null
  readonly producer: ProducerMark
  readonly timestamp: number
  /** The transaction it belongs to; outside of one it is committed at once. */
  readonly transaction: Transaction | null
}

interface Transaction {
  readonly id: string
  readonly proc: string
  readonly producer: ProducerMark
  state: "open" | "committed" | "aborted"
  readonly sends: { key: string; value: number; offset: number }[]
  readonly polls: { key: string; cells: Cell[] }[]
}

interface Member {
  readonly name: string
  keys: readonly string[]
  readonly positions: Map<string, number>
}

const keys = ["a-0", "a-1", "b-0"] as const
const source = "in-0"
const target = "out-0"
const group = "readers"
const noProducer: ProducerMark = { id: -1, epoch: -1 }

export function legalRun(seed: number, steps = 120): Run {
  return new Model(simRandom(seed)).run(steps)
}

class Model {
  readonly #random: SimRandom
  readonly #history = new History(() => this.#incarnation)
  readonly #logs = new Map<string, Entry[]>([...keys, source, target].map((key) => [key, []]))
  readonly #open = new Map<string, Transaction>()
  readonly #epochs = new Map<string, ProducerMark>()
  readonly #positions = new Map<string, number>()
  readonly #members: readonly Member[] = ["m-1", "m-2"].map((name) => ({ name, keys: [], positions: new Map() }))
  readonly #committed = new Map<string, number>()
  #incarnation = 1
  #generation = 0
  #value = 0
  #now = 1_700_000_000_000
  #copied = 0

  constructor(random: SimRandom) {
    this.#random = random
  }

  run(steps: number): Run {
    for (const proc of ["txn-1", "txn-2", "copier"]) this.#initialise(proc)
    this.#rebalance()
    this.#send("plain-1", source)
    for (let step = 0; step < steps; step++) {
      this.#now += this.#random.below(20)
      if (step === steps >> 1) this.#crash()
      else this.#step()
    }
    for (const transaction of this.#open.values()) this.#end(transaction, "abort")
    while (this.#copied < this.#log(source).length) this.#copy()
    return this.#judgeable()
  }

  #step(): void {
    const random = this.#random
    const kinds = [
      () => this.#send(random.pick(["plain-1", "idem-1"]), random.pick(keys)),
      () => this.#send("plain-1", source),
      () => this.#transact(random.pick(["txn-1", "txn-2"])),
      () => this.#transact(random.pick(["txn-1", "txn-2"])),
      () => this.#poll(random.pick(["reader-1", "reader-2"]), random.pick(keys)),
      () => this.#poll("committed-1", random.pick([...keys, target]), true),
      () => this.#consume(random.pick(this.#members)),
      () => this.#copy(),
      () => (random.chance(0.2) ? this.#rebalance() : this.#initialise(random.pick(["txn-1", "txn-2"]))),
    ]
    random.pick(kinds)()
  }

  #log(key: string): Entry[] {
    return this.#logs.get(key) ?? []
  }

  #append(key: string, entry: Omit<Entry, "timestamp">): number {
    return this.#log(key).push({ ...entry, timestamp: this.#now }) - 1
  }

  #send(proc: string, key: string): void {
    const values = Array.from({ length: 1 + this.#random.below(3) }, () => ++this.#value)
    const producer = proc === "idem-1" ? { producer: { id: 900, epoch: 0 } } : {}
    this.#history.add(proc, "invoke", { op: { f: "send", key, values, ...producer } })
    if (this.#random.chance(0.1)) {
      this.#history.add(proc, "fail", { op: { f: "send", key, values, ...producer }, error: "KAFKA_STORAGE_ERROR" })
      return
    }
    const [offset] = values.map((value) => this.#append(key, { value, producer: producer.producer ?? noProducer, transaction: null }))
    this.#history.add(proc, "ok", { op: { f: "send", key, values, offset, ...producer } })
  }

  /** Opens, continues or ends the one transaction of a producer. */
  #transact(proc: string): void {
    const open = this.#open.get(proc)
    if (!open) this.#begin(proc)
    else if (this.#random.chance(0.4)) this.#end(open, this.#random.chance(0.75) ? "commit" : "abort")
    else this.#extend(open)
  }

  #begin(proc: string): Transaction {
    const producer = this.#epochs.get(proc) ?? noProducer
    const transaction: Transaction = { id: `${proc}-${this.#value}`, proc, producer, state: "open", sends: [], polls: [] }
    this.#open.set(proc, transaction)
    return transaction
  }

  #extend(transaction: Transaction): void {
    const key = this.#random.pick(keys)
    if (this.#random.chance(0.3)) {
      const last = transaction.polls.findLast((poll) => poll.key === key && poll.cells.length > 0)?.cells.at(-1)?.[0] ?? -1
      const cells = this.#visible(key, true).filter(([offset]) => offset > last)
      transaction.polls.push({ key, cells: cells.slice(0, 3) })
    } else this.#sendIn(transaction, key, ++this.#value)
  }

  #sendIn(transaction: Transaction, key: string, value: number): void {
    const op = this.#opOf(transaction, "commit")
    this.#history.add(transaction.proc, "invoke", { op: { ...op, polls: [], sends: [{ key, value }] } })
    const offset = this.#append(key, { value, producer: transaction.producer, transaction })
    transaction.sends.push({ key, value, offset })
  }

  #end(transaction: Transaction, outcome: "commit" | "abort", isHeard = true): void {
    this.#open.delete(transaction.proc)
    transaction.state = outcome === "commit" ? "committed" : "aborted"
    for (const key of new Set(transaction.sends.map((send) => send.key)))
      this.#append(key, { value: null, producer: transaction.producer, transaction: null })
    this.#history.add(transaction.proc, isHeard ? "ok" : "info", { op: this.#opOf(transaction, outcome) })
  }

  #opOf({ id, producer, sends, polls }: Transaction, outcome: "commit" | "abort"): Extract<Operation, { f: "txn" }> {
    return { f: "txn", id, producer, outcome, sends: [...sends], polls: [...polls] }
  }

  #initialise(proc: string): void {
    const open = this.#open.get(proc)
    if (open) this.#end(open, "abort")
    const before = this.#epochs.get(proc) ?? { id: 100 + this.#epochs.size, epoch: -1 }
    const producer = { id: before.id, epoch: before.epoch + 1 }
    this.#epochs.set(proc, producer)
    this.#history.add(proc, "ok", { op: { f: "init", producer } })
  }

  /** Offsets and values that a reader may see now. */
  #visible(key: string, isCommitted: boolean): Cell[] {
    const log = this.#log(key)
    const firstOpen = log.findIndex((entry) => entry.transaction?.state === "open")
    const end = isCommitted && firstOpen >= 0 ? firstOpen : log.length
    return log.slice(0, end).flatMap(({ value, transaction }, offset): Cell[] => {
      const isHidden = value === null || (isCommitted && transaction?.state === "aborted")
      return isHidden ? [] : [[offset, value]]
    })
  }

  #poll(proc: string, key: string, isCommitted = false): void {
    const place = `${proc} ${key}`
    const from = this.#random.chance(0.1) ? 0 : (this.#positions.get(place) ?? 0)
    const cells = this.#visible(key, isCommitted).filter(([offset]) => offset >= from)
    const taken = cells.slice(0, 1 + this.#random.below(5))
    this.#positions.set(place, (taken.at(-1)?.[0] ?? from - 1) + 1)
    this.#history.add(proc, "ok", { op: { f: "poll", key, cells: taken, highWatermark: this.#log(key).length, from, isCommitted } })
  }

  #rebalance(): void {
    this.#generation++
    const dealt = this.#random.chance(0.5) ? [keys.slice(0, 2), keys.slice(2)] : [keys.slice(2), keys.slice(0, 2)]
    for (const [index, member] of this.#members.entries()) {
      member.keys = dealt[index] ?? []
      member.positions.clear()
      this.#history.add(member.name, "ok", { op: { f: "assigned", claim: this.#claim(member), keys: member.keys } })
    }
  }

  #claim(member: Member): GroupClaim {
    return { group, member: member.name, generation: this.#generation }
  }

  #consume(member: Member): void {
    const key = this.#random.pick(member.keys)
    const claim = this.#claim(member)
    const from = member.positions.get(key) ?? this.#committed.get(key) ?? 0
    const cells = this.#visible(key, false).filter(([offset]) => offset >= from)
    const taken = cells.slice(0, 1 + this.#random.below(4))
    const next = (taken.at(-1)?.[0] ?? from - 1) + 1
    member.positions.set(key, next)
    const highWatermark = this.#log(key).length
    this.#history.add(member.name, "ok", { op: { f: "poll", key, cells: taken, highWatermark, from, claim } })
    if (this.#random.chance(0.5)) return
    this.#history.add(member.name, "invoke", { op: { f: "commit", claim, key, offset: next } })
    this.#committed.set(key, next)
    this.#history.add(member.name, "ok", { op: { f: "commit", claim, key, offset: next } })
  }

  /** Copies what is new in one transaction; an aborted one is copied again. Values keep a distance so that each is unique. */
  #copy(): void {
    const fresh = this.#log(source)
      .slice(this.#copied, this.#copied + 4)
      .flatMap(({ value }) => (value === null ? [] : [value]))
    if (fresh.length === 0) return
    const isLost = this.#random.chance(0.2)
    const transaction = this.#begin("copier")
    // An aborted attempt writes other values: those of the copy itself are compared, and each value is sent once.
    for (const value of fresh) this.#sendIn(transaction, target, isLost ? ++this.#value : value + copyDistance)
    this.#end(transaction, isLost ? "abort" : "commit", this.#random.chance(0.9))
    if (!isLost) this.#copied += fresh.length
  }

  #crash(): void {
    for (const transaction of [...this.#open.values()]) {
      if (transaction.sends.length > 0) this.#end(transaction, "abort", false)
      else this.#open.delete(transaction.proc)
    }
    this.#history.add("harness", "info", { op: { f: "fault", name: "kill" } })
    this.#incarnation++
  }

  #judgeable(): Run {
    const final = [...this.#logs.keys()].map((key) => this.#finalRead(key))
    for (const read of final) {
      const { key, records = [], end } = read
      this.#history.add("harness", "ok", { op: { f: "settled", key, lastStable: end, highWatermark: end } })
      this.#list(key, "earliest", 0)
      this.#list(key, "latest", end)
      const some = records.length > 0 ? this.#random.pick(records).timestamp : 0
      this.#list(key, some, records.find(({ timestamp }) => timestamp >= some)?.offset ?? -1)
    }
    return {
      events: this.#history.events,
      keys: final.map(({ key }) => ({ key, isDurable: true })),
      final,
      plannedFaults: ["kill"],
      idempotentProcs: new Set(["idem-1"]),
      startOffsets: new Map(final.map(({ key }) => [key, 0])),
      copies: [{ from: source, to: target, distance: copyDistance }],
      expectedErrors: new Set(["KAFKA_STORAGE_ERROR"]),
      resources: { before: { sockets: 10, timers: 20 }, after: { sockets: 10, timers: 20 } },
    }
  }

  #list(key: string, at: "earliest" | "latest" | number, offset: number): void {
    this.#history.add("harness", "ok", { op: { f: "list", key, at, offset } })
  }

  #finalRead(key: string): FinalRead {
    const log = this.#log(key)
    const records = log.flatMap(({ value, timestamp, producer }, offset): RecordFacts[] =>
      value === null ? [] : [{ offset, timestamp, producerId: producer.id, producerEpoch: producer.epoch }],
    )
    return {
      key,
      logStart: 0,
      end: log.length,
      reached: log.length,
      cells: this.#visible(key, false),
      committed: this.#visible(key, true),
      records,
    }
  }
}

/** What a copier adds to a value, so that the copy is another value. */
const copyDistance = 1_000_000_000
