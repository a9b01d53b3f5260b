/**
 * D1 and D2: twelve clients, two of them with transactions, on a broker that goes down again and again. The caller says what a fault is; the loop starts, faults, starts
 * again, reads everything at the end, and hands the run to the checker and the files to the audit.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { errorName } from "@rivven/protocol"
import { CreateTopics } from "@rivven/protocol/messages"
import { nodeDisk } from "../../storage/node-disk.ts"
import { auditDir } from "../checker/audit.ts"
import { checkRun } from "../checker/checker.ts"
import { type Anomaly, type FinalRead, History } from "../checker/history.ts"
import { simRandom } from "../sim-random.ts"
import { WireClient } from "../wire-client.ts"
import type { BrokerProcess } from "./broker-process.ts"
import { fetchOnce, type LoopContext, WireProducer, WireReader } from "./wire-clients.ts"
import { WireTransactor } from "./wire-transactor.ts"

export interface FaultLoopOptions {
  broker: BrokerProcess
  dataDir: string
  seed: number
  cycles: number
  faultName: string
  /** Takes the broker down, and the machine with it if that is what is tested; afterwards it can be started again. */
  fault: () => Promise<void>
}

export interface FaultLoopOutcome {
  anomalies: Anomaly[]
  acknowledged: number
  polled: number
  /** Transactions whose commit was confirmed. */
  committed: number
  cycles: number
  finalRecords: number
}

const topic = "loop"
const partitions = 2
const configs = [
  { name: "segment.bytes", value: "24000" },
  { name: "index.interval.bytes", value: "1024" },
]

export async function runFaultLoop(options: FaultLoopOptions): Promise<FaultLoopOutcome> {
  const { broker, cycles, faultName, seed, dataDir } = options
  const random = simRandom(seed)
  const history = new History(() => broker.incarnation)
  let isOver = false
  let value = 0
  const context: LoopContext = {
    history,
    random: random.fork(),
    topic,
    port: () => broker.port,
    isOver: () => isOver,
    nextValue: () => ++value,
  }
  await broker.start()
  await createTopic(broker.port)
  const clients = Promise.all(clientsOf(context).map((client) => client.run()))
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      await somethingSucceeds(history)
      await sleep(20 + random.below(780))
      await options.fault()
      history.add("harness", "info", { op: { f: "fault", name: faultName } })
      await broker.start()
    }
    await somethingSucceeds(history)
  } finally {
    isOver = true
  }
  await clients
  const final = await readEverything(broker.port)
  const ended = await broker.end("SIGTERM")
  const anomalies = [...history.foundAtOnce()]
  if (ended.code !== 0) anomalies.push({ code: "C0", message: `the last stop ended with ${ended.code ?? ended.signal}` })
  const disk = nodeDisk(dataDir)
  for (const dir of await disk.list("")) if (/-\d+$/.test(dir)) anomalies.push(...(await auditDir(disk, dir)))
  const keys = Array.from({ length: partitions }, (_, index) => `${topic}-${index}`)
  anomalies.push(
    ...checkRun({
      events: history.events,
      keys: keys.map((key) => ({ key, isDurable: true })),
      final,
      plannedFaults: cycles > 0 ? [faultName] : [],
      idempotentProcs: new Set(["idem-0", "idem-1", "idem-2", "idem-3"]),
      startOffsets: new Map(keys.map((key) => [key, 0])),
    }),
  )
  const ok = history.events.filter((event) => event.type === "ok")
  return {
    anomalies,
    acknowledged: ok.filter((event) => event.op.f === "send").length,
    polled: ok.filter((event) => event.op.f === "poll").length,
    committed: ok.filter((event) => event.op.f === "txn" && event.op.outcome === "commit").length,
    cycles,
    finalRecords: final.reduce((sum, read) => sum + read.cells.length, 0),
  }
}

function clientsOf(context: LoopContext): (WireProducer | WireReader | WireTransactor)[] {
  const producer = (name: string, partition: number, isIdempotent: boolean) => new WireProducer(context, { name, partition, isIdempotent })
  return [
    producer("idem-0", 0, true),
    producer("idem-1", 0, true),
    producer("idem-2", 1, true),
    producer("idem-3", 1, true),
    producer("plain-0", 0, false),
    producer("plain-1", 1, false),
    new WireReader(context, { name: "reader-0", partition: 0 }),
    new WireReader(context, { name: "reader-1", partition: 1 }),
    new WireReader(context, { name: "committed-0", partition: 0, isCommitted: true }),
    new WireReader(context, { name: "committed-1", partition: 1, isCommitted: true }),
    new WireTransactor(context, { name: "txn-0", partitions }),
    new WireTransactor(context, { name: "txn-1", partitions }),
  ]
}

async function createTopic(port: number): Promise<void> {
  await using connection = await WireClient.connect({ host: "127.0.0.1", port })
  const topics = [{ name: topic, numPartitions: partitions, replicationFactor: 1, assignments: [], configs }]
  const answer = await connection.call(CreateTopics, 5, { topics })
  const [made] = answer.topics
  if (made?.errorCode !== 0) throw new Error(`creating the topic: ${errorName(made?.errorCode ?? -1)} ${made?.errorMessage ?? ""}`)
}

async function somethingSucceeds(history: History): Promise<void> {
  const acked = (): number => history.events.filter((event) => event.type === "ok" && event.op.f === "send").length
  const before = acked()
  for (let waited = 0; acked() === before; waited += 10) {
    if (waited > 60_000) throw new Error("no send succeeded within a minute")
    await sleep(10)
  }
}

async function readEverything(port: number): Promise<FinalRead[]> {
  await using connection = await WireClient.connect({ host: "127.0.0.1", port })
  const reads: FinalRead[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const all = await readPartition(connection, partition, false)
    const { cells: committed } = await readPartition(connection, partition, true)
    reads.push({ key: `${topic}-${partition}`, logStart: 0, end: all.end, reached: all.reached, cells: all.cells, committed })
  }
  return reads
}

/** To its end: whoever reads committed records gets there too, because nothing is open any more (C13). */
async function readPartition(connection: WireClient, partition: number, isCommitted: boolean) {
  const cells: FinalRead["cells"][number][] = []
  let end = 1
  let offset = 0
  while (offset < end) {
    const read = await fetchOnce(connection, { topic, partition, offset, isCommitted })
    const where = `final read of ${topic}-${partition} at ${offset}`
    if (read === null || read.error !== "NONE") throw new Error(`${where}: ${read?.error ?? "connection lost"}`)
    if (read.nextOffset === offset && read.highWatermark > offset)
      throw new Error(`${where} is stuck: stable up to ${read.lastStable} of ${read.highWatermark}`)
    cells.push(...read.cells)
    end = read.highWatermark
    offset = read.nextOffset
  }
  return { cells, end, reached: offset }
}
