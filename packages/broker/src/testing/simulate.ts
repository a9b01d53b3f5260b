/**
 * One seeded run: producers and readers on a log whose disk loses power, whose process is killed, whose syncs fail and whose space runs
 * out; then everything is healed, read once more, and judged. The seed decides everything, including which faults this run knows.
 */
import type { LogManager, LogManagerOptions } from "../log/log-manager.ts"
import type { LogConfig } from "../log/model.ts"
import type { Disk } from "../ports.ts"
import { auditDir } from "./checker/audit.ts"
import { checkRun } from "./checker/checker.ts"
import { type Anomaly, type FinalRead, History } from "./checker/history.ts"
import { type ClientContext, keyOf, readCells, SimProducer, SimReader, sleep } from "./sim-clients.ts"
import { SimWorld } from "./sim-world.ts"

export interface SimOutcome {
  seed: number
  anomalies: Anomaly[]
  events: number
  acknowledged: number
  faults: string[]
  lines: readonly string[]
  /** Of everything that happened: the same seed gives the same one. */
  fingerprint: string
}

export interface SimulateOptions {
  faults?: number
  /** Puts something between the log and its disk: planted bugs. */
  wrapDisk?: (disk: Disk) => Disk
}

const topic = "t"
const topicId = "AAAAAAAAAAAAAAAAAAAAGQ"
const kinds = ["kill", "power", "kill-in-recovery", "eio", "full", "stop"] as const
type FaultKind = (typeof kinds)[number]

export function simulate(seed: number, options: SimulateOptions = {}): Promise<SimOutcome> {
  const simulation = new Simulation(seed, options)
  return simulation.world.scheduler.until(simulation.run(), 3_600_000)
}

class Simulation {
  readonly world: SimWorld
  private readonly seed: number
  private readonly options: SimulateOptions
  private readonly history: History
  private readonly logOptions: Partial<LogManagerOptions>
  private readonly partitions: Partial<LogConfig>[]
  private readonly faults: FaultKind[]
  private log: LogManager | null = null
  private isOver = false
  private value = 0

  constructor(seed: number, options: SimulateOptions) {
    this.seed = seed
    this.options = options
    this.world = new SimWorld(seed)
    this.history = new History(() => this.world.incarnation)
    const { random } = this.world
    this.logOptions = {
      frontierIntervalMs: random.pick([2, 20, 200, 1_000]),
      frontierIntervalBytes: random.pick([0, 2_000, 33_554_432]),
      maxOpenFiles: random.pick([1, 256]),
      reserveBytes: random.pick([0, 3_000]),
    }
    const segmentBytes = random.pick([400, 1_500, 6_000, 1_000_000])
    this.partitions = Array.from({ length: 1 + random.below(3) }, (_, index) => ({
      segmentBytes,
      indexIntervalBytes: random.pick([100, 4_096]),
      durability: index === 2 ? random.pick(["os", "interval:30"] as const) : "fsync",
    }))
    const known = kinds.filter(() => random.chance(0.6))
    this.faults = Array.from({ length: options.faults ?? 2 + random.below(4) }, () => random.pick(known.length > 0 ? known : kinds))
  }

  async run(): Promise<SimOutcome> {
    await this.start()
    const clients = this.clients()
    const running = Promise.all(clients.map((client) => client.run()))
    for (const kind of this.faults) {
      await this.work()
      await this.inject(kind)
    }
    await this.work()
    if (this.world.random.chance(0.5)) await this.restart("power")
    this.isOver = true
    await running
    return this.judge()
  }

  private clients(): (SimProducer | SimReader)[] {
    const { random } = this.world
    const context: ClientContext = {
      world: this.world,
      history: this.history,
      random: random.fork(),
      log: () => this.log,
      isOver: () => this.isOver,
      nextValue: () => ++this.value,
    }
    return this.partitions.flatMap((config, index) => {
      const key = keyOf(topic, index)
      const idempotent =
        config.durability === "fsync" ? [new SimProducer(context, { name: `idem-${index}`, key, producerId: index + 1 })] : []
      return [
        ...idempotent,
        new SimProducer(context, { name: `plain-${index}`, key, producerId: -1 }),
        new SimReader(context, { name: `reader-${index}`, key }),
      ]
    })
  }

  private boot(): Promise<LogManager> {
    return this.world.boot(this.logOptions, this.options.wrapDisk)
  }

  private async start(): Promise<void> {
    const log = await this.boot()
    await log.reconcile(this.partitions.map((config, index) => ({ topic, topicId, index, config })))
    this.log = log
  }

  /** Some virtual time in which something succeeds. */
  private async work(): Promise<void> {
    const before = this.history.okCount
    await sleep(this.world, 10 + this.world.random.next() * 70)
    for (let waited = 0; this.history.okCount === before && waited < 20_000; waited += 50) await sleep(this.world, 50)
  }

  private fault(name: string): void {
    this.history.add("harness", "info", { op: { f: "fault", name } })
  }

  private async inject(kind: FaultKind): Promise<void> {
    if (kind === "kill-in-recovery") return this.killInRecovery()
    if (kind === "eio") return this.failSyncs()
    if (kind === "full") return this.fillDisk()
    await this.restart(kind)
  }

  private async restart(kind: "kill" | "power" | "stop"): Promise<void> {
    const { log } = this
    this.log = null
    if (kind === "stop") await log?.close()
    if (kind === "power") this.world.powerCut()
    else this.world.kill()
    this.fault(kind)
    await this.start()
  }

  private async killInRecovery(): Promise<void> {
    const { random, disk } = this.world
    this.log = null
    if (random.chance(0.5)) this.world.powerCut()
    else this.world.kill()
    this.fault("kill-in-recovery")
    for (let times = 1 + random.below(3); times > 0; times--) {
      let calls = random.below(60)
      disk.onCall = () => {
        if (calls-- !== 0) return
        if (random.chance(0.5)) this.world.powerCut()
        else this.world.kill()
      }
      const booted = this.boot().then(() => "up" as const)
      await Promise.race([booted, this.world.death])
      disk.onCall = () => {}
      this.world.kill()
    }
    await this.start()
  }

  private async failSyncs(): Promise<void> {
    const { disk, random } = this.world
    disk.errorRate = random.pick([{ datasync: 0.3 }, { write: 0.1 }, { syncDir: 0.5, open: 0.1 }, { datasync: 0.05, truncate: 1 }])
    for (let waited = 0; this.log?.health.state === "ok" && waited < 500; waited += 10) await sleep(this.world, 10)
    await sleep(this.world, random.next() * 50)
    disk.errorRate = {}
    this.fault(this.log?.health.state === "read-only" ? "eio" : "eio that nothing met")
    await this.restart(random.pick(["kill", "power", "stop"]))
  }

  private async fillDisk(): Promise<void> {
    const { disk, random } = this.world
    disk.capacityBytes = disk.usedBytes() + random.below(4_000)
    await sleep(this.world, 20 + random.next() * (random.chance(0.2) ? 1_500 : 100))
    disk.capacityBytes = Number.MAX_SAFE_INTEGER
    this.fault("full")
    if (this.log?.health.state === "read-only" || random.chance(0.3)) return this.restart("power")
    for (let waited = 0; this.log?.health.state === "full" && waited < 5_000; waited += 100) await sleep(this.world, 100)
    if (this.log?.health.state === "full") this.history.violations.push("C0: appends did not resume 5 s after space returned")
  }

  private async judge(): Promise<SimOutcome> {
    await this.settle()
    const final: FinalRead[] = []
    for (const index of this.partitions.keys()) final.push(await this.readAll(index))
    const anomalies: Anomaly[] = this.history.foundAtOnce()
    await this.log?.close()
    const mounted = this.world.disk.mount()
    for (const index of this.partitions.keys()) anomalies.push(...(await auditDir(mounted, keyOf(topic, index))))
    anomalies.push(...(await this.readAgain(final)))
    const { events } = this.history
    const run = {
      events,
      keys: this.partitions.map((config, index) => ({ key: keyOf(topic, index), isDurable: config.durability === "fsync" })),
      final,
      plannedFaults: [],
      idempotentProcs: new Set(this.partitions.map((_, index) => `idem-${index}`)),
      startOffsets: new Map(this.partitions.map((_, index) => [keyOf(topic, index), 0])),
    }
    anomalies.push(...checkRun(run).filter((anomaly) => anomaly.code !== "C0" || !anomaly.message.startsWith("nothing succeeded between")))
    return {
      seed: this.seed,
      anomalies,
      events: events.length,
      acknowledged: events.filter((event) => event.type === "ok" && event.op.f === "send").length,
      faults: events.flatMap((event) => (event.op.f === "fault" ? [event.op.name] : [])),
      lines: this.world.lines,
      fingerprint: fingerprint(JSON.stringify([events, final])),
    }
  }

  /** Whatever was under way when the clients stopped is in the log or not. */
  private async settle(): Promise<void> {
    if (this.log === null) await this.start()
    const partitions = [...(this.log?.partitions() ?? [])]
    for (let waited = 0; waited < 2_000; waited += 20) {
      await sleep(this.world, 20)
      if (waited > 400 && partitions.every((partition) => partition.highWatermark === partition.logEndOffset)) return
    }
  }

  private async readAll(index: number): Promise<FinalRead> {
    const partition = this.log?.partition(topic, index)
    if (partition === undefined) throw new Error(`${topic}-${index} is not there`)
    const cells: FinalRead["cells"][number][] = []
    let offset = partition.logStartOffset
    while (offset < partition.highWatermark) {
      const read = await readCells(partition, offset, 10_000)
      if ("error" in read || read.nextOffset === offset) break
      cells.push(...read.cells)
      offset = read.nextOffset
    }
    return { key: keyOf(topic, index), logStart: partition.logStartOffset, end: partition.logEndOffset, cells }
  }

  /** After a clean stop, and after one more with all caches deleted, everything is as it was. */
  private async readAgain(before: FinalRead[]): Promise<Anomaly[]> {
    const anomalies: Anomaly[] = []
    for (const removeCaches of [false, true]) {
      if (removeCaches) await deleteCaches(this.world, this.partitions.length)
      await this.start()
      for (const [index, read] of before.entries()) {
        const again = await this.readAll(index)
        if (JSON.stringify(again) !== JSON.stringify(read)) {
          anomalies.push({ code: "C10", message: `${read.key} differs after a clean stop${removeCaches ? " without caches" : ""}` })
        }
      }
      await this.log?.close()
    }
    return anomalies
  }
}

async function deleteCaches(world: SimWorld, partitions: number): Promise<void> {
  const disk = world.disk.mount()
  const caches = /\.(index|timeindex|snapshot)$|^leader-epoch-checkpoint$/
  for (let index = 0; index < partitions; index++) {
    const dir = keyOf(topic, index)
    for (const name of await disk.list(dir)) if (caches.test(name)) await disk.unlink(`${dir}/${name}`)
  }
  await disk.unlink("recovery-points").catch(() => {})
}

function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16)
}
