/**
 * One fixed scenario, and one fault at each single call of the disk in turn: the process dies, the power goes, the call fails, the disk
 * is full. After each, a restart has every acknowledged value at its offset and nothing else that was refused.
 */
import { expect, test } from "vitest"
import { type FaultPlan, faultyDisk } from "../storage/faulty-disk.ts"
import { auditDir } from "../testing/checker/audit.ts"
import { batchOf, topicId } from "../testing/log-fixture.ts"
import { readCells, sleep } from "../testing/sim-clients.ts"
import { SimWorld } from "../testing/sim-world.ts"
import type { LogManager } from "./log-manager.ts"
import type { Partition } from "./partition.ts"

const config = { segmentBytes: 400, indexIntervalBytes: 100, retentionBytes: 1_500 }
const options = { reserveBytes: 2_000, frontierIntervalMs: 5, retentionCheckMs: 1e12 }
const spec = { topic: "t", topicId, index: 0, config }

interface Seen {
  acked: Map<number, number>
  logStart: number
  /** The fault has happened: nothing is started after it. */
  isOver: boolean
}

const nothingSeen = (): Seen => ({ acked: new Map(), logStart: 0, isOver: false })

/** Start, fill over several segments, drop some, stop, start again, fill. Stops early when the log does. */
async function scenario(world: SimWorld, seen: Seen, plan?: FaultPlan): Promise<void> {
  for (let start = 0; start < 2 && !seen.isOver; start++) {
    const manager = await world.boot(options, plan && ((disk) => faultyDisk(disk, plan)))
    await manager.reconcile([spec])
    const log = manager.partition("t", 0)!
    for (let value = start * 100; value < start * 100 + 12; value++) await putOne(log, value, seen)
    await sleep(world, 10)
    await manager.applyRetention()
    seen.logStart = Math.max(seen.logStart, log.logStartOffset)
    await manager.close()
  }
}

async function putOne(log: Partition, value: number, seen: Seen): Promise<void> {
  const answer = log.append(batchOf([value], { padding: 30 }))
  if (!answer.ok) return
  const isAcked = await log.whenAcked(answer.lastOffset).then(
    () => true,
    () => false,
  )
  if (isAcked) seen.acked.set(answer.baseOffset, value)
}

async function check(world: SimWorld, seen: Seen, where: string): Promise<void> {
  let manager: LogManager | undefined
  await world.scheduler.until(
    (async () => {
      manager = await world.boot(options)
      await manager.reconcile([spec])
      const log = manager.partition("t", 0)!
      expect(manager.recovery.corruptions, where).toEqual([])
      const found = new Map<number, number>()
      for (let offset = log.logStartOffset; offset < log.highWatermark; ) {
        const read = await readCells(log, offset, 500)
        if ("error" in read || read.nextOffset === offset) throw new Error(`${where}: nothing at ${offset}`)
        for (const [at, value] of read.cells) found.set(at, value)
        offset = read.nextOffset
      }
      expect(log.logStartOffset, where).toBeGreaterThanOrEqual(seen.logStart)
      for (const [offset, value] of seen.acked)
        if (offset >= log.logStartOffset) expect(found.get(offset), `${where}, offset ${offset}`).toBe(value)
      const before = log.logEndOffset
      const answer = log.append(batchOf([999]))
      expect(answer, where).toMatchObject({ ok: true, baseOffset: before })
      if (answer.ok) await log.whenAcked(answer.lastOffset)
      await manager.close()
      expect(await auditDir(world.disk.mount(), "t-0"), where).toEqual([])
    })(),
  )
}

async function countCalls(): Promise<number> {
  const world = new SimWorld(1)
  let calls = 0
  world.disk.onCall = () => void calls++
  await world.scheduler.until(scenario(world, nothingSeen()))
  return calls
}

const endings = {
  "the process dies": (world: SimWorld) => world.kill(),
  "the power goes and nothing un-synced is left": (world: SimWorld) => world.powerCut("none"),
  "the power goes and some of it is left": (world: SimWorld) => world.powerCut("random"),
} as const

for (const [name, end] of Object.entries(endings)) {
  test(`keeps what was acknowledged when ${name} at any call`, { timeout: 120_000 }, async () => {
    const calls = await countCalls()
    expect(calls).toBeGreaterThan(200)
    for (let at = 0; at < calls; at++) {
      const world = new SimWorld(at + 1)
      const seen = nothingSeen()
      let left = at
      world.disk.onCall = () => {
        if (left-- !== 0) return
        seen.isOver = true
        end(world)
      }
      const running = scenario(world, seen)
      running.catch(() => {})
      while (left >= 0 && (await world.scheduler.step()));
      world.disk.onCall = () => {}
      await check(world, seen, `${name} at call ${at}`)
    }
  })
}

for (const code of ["EIO", "ENOSPC"] as const) {
  test(`keeps what was acknowledged when any one call fails with ${code}`, { timeout: 120_000 }, async () => {
    const calls = await countCalls()
    for (let at = 1; at <= calls; at++) {
      const world = new SimWorld(at)
      const seen = nothingSeen()
      let left = at
      const plan: FaultPlan = () => (--left === 0 ? { error: code } : undefined)
      await world.scheduler.until(
        scenario(world, seen, plan).catch(() => {}),
        10_000,
      )
      world.kill()
      world.powerCut(at % 2 ? "none" : "random")
      await check(world, seen, `${code} at call ${at}`)
    }
  })
}
