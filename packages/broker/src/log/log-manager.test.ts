import { describe, expect, test } from "vitest"
import { faultyDisk } from "../storage/faulty-disk.ts"
import { batchOf, inWorld, openLog, topicId } from "../testing/log-fixture.ts"
import { sleep } from "../testing/sim-clients.ts"

const otherId = "BBBBBBBBBBBBBBBBBBBBBQ"

describe("a data directory", () => {
  test("belongs to one process at a time", () =>
    inWorld(async (world) => {
      const { manager, disk } = await openLog(world)
      expect(await disk.lock("lock.db")).toMatchObject({ held: false })
      await manager.close()
      expect(await disk.lock("lock.db")).toMatchObject({ held: true })
    }))

  test("keeps its cluster id and refuses another one", () =>
    inWorld(async (world) => {
      const { manager } = await openLog(world, { clusterId: "one", nodeId: 7 })
      expect([manager.clusterId, manager.nodeId]).toEqual(["one", 7])
      await manager.close()
      await expect(openLog(world, { clusterId: "two" })).rejects.toMatchObject({ code: "DATA_DIR_INVALID", message: /cluster id is one/ })
      await expect(openLog(world, { nodeId: 8 })).rejects.toMatchObject({ code: "DATA_DIR_INVALID", message: /node id is 7/ })
      expect((await openLog(world)).manager.clusterId).toBe("one")
    }))

  test("makes up a cluster id of 22 characters", () =>
    inWorld(async (world) => {
      expect((await openLog(world)).manager.clusterId).toMatch(/^[\w-]{22}$/)
    }))

  test("is refused when it was written by another format, or holds logs without saying whose", () =>
    inWorld(async (world) => {
      const { manager, disk } = await openLog(world)
      await manager.close()
      const file = await disk.open("meta.json", "create")
      file.write([Buffer.from('{"formatVersion":9,"clusterId":"x","nodeId":1}')], 0)
      await expect(openLog(world)).rejects.toMatchObject({ code: "DATA_DIR_INVALID", message: /format 9/ })
      await disk.unlink("meta.json")
      await expect(openLog(world)).rejects.toMatchObject({ code: "DATA_DIR_INVALID", message: /t-0 but no meta.json/ })
    }))

  test("that cannot be written stops the start and names itself", () =>
    inWorld(async (world) => {
      const wrapDisk = (disk: Parameters<typeof faultyDisk>[0]) =>
        faultyDisk(disk, ({ operation }) => (operation === "write" ? { error: "EROFS" } : undefined))
      await expect(openLog(world, { wrapDisk })).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE", message: /EROFS/ })
    }))
})

describe("creating and deleting", () => {
  test("a created partition survives a power cut at once, empty and with its id", () =>
    inWorld(async (world) => {
      await openLog(world)
      world.powerCut("none")
      const again = await world.boot()
      expect(again.partition("t", 0)).toMatchObject({ topicId, logEndOffset: 0 })
    }))

  test("refuses to create what exists and to delete what does not", () =>
    inWorld(async (world) => {
      const { manager } = await openLog(world)
      await expect(manager.createPartition({ topic: "t", topicId, index: 0 })).rejects.toMatchObject({ code: "PARTITION_EXISTS" })
      await expect(manager.deletePartition("t", 5)).rejects.toMatchObject({ code: "PARTITION_UNKNOWN" })
    }))

  test("a deleted partition answers nothing more and is gone after a power cut", () =>
    inWorld(async (world) => {
      const { manager, log, put } = await openLog(world)
      await put([1])
      const waiting = log.append(batchOf([2]))
      const wait = waiting.ok ? log.whenAcked(waiting.lastOffset).catch((error: Error) => error.message) : ""
      await manager.deletePartition("t", 0)
      expect(await wait).toMatch(/deleted/)
      expect(manager.partition("t", 0)).toBeUndefined()
      expect(log.append(batchOf([3]))).toMatchObject({ error: "UNKNOWN_TOPIC_OR_PARTITION" })
      expect(await log.read({ offset: 0, maxBytes: 10 })).toMatchObject({ error: "UNKNOWN_TOPIC_OR_PARTITION" })
      expect(manager.health.state).toBe("ok")
      world.powerCut("none")
      const again = await world.boot()
      expect([...again.partitions()]).toEqual([])
      expect((await world.disk.mount().list("")).filter((name) => /delete|new|^t-/.test(name))).toEqual([])
    }))

  test("a re-created topic starts at 0 and shows nothing of the old one", () =>
    inWorld(async (world) => {
      const { manager, put } = await openLog(world)
      for (let value = 0; value < 9; value++) await put([value], { producer: { id: 1, sequence: value } })
      await sleep(world, 2_000)
      await manager.deletePartition("t", 0)
      const fresh = await manager.createPartition({ topic: "t", topicId: otherId, index: 0 })
      expect(fresh).toMatchObject({ logStartOffset: 0, logEndOffset: 0, producerCount: 0 })
      const answer = fresh.append(batchOf([1], { producer: { id: 1, sequence: 50 } }))
      expect(answer).toMatchObject({ ok: true, baseOffset: 0 })
      if (answer.ok) await fresh.whenAcked(answer.lastOffset)
      world.kill()
      const again = await world.boot()
      expect(again.partition("t", 0)).toMatchObject({ topicId: otherId, logEndOffset: 1 })
      expect(again.recovery.corruptions).toEqual([])
    }))

  test("deletes under load without calling the disk broken", async () => {
    for (let seed = 1; seed <= 15; seed++) {
      await inWorld(
        async (world) => {
          const { manager, log } = await openLog(world, { config: { segmentBytes: 300 } })
          const appends = (async () => {
            for (let value = 0; value < 200; value++) {
              log.append(batchOf([value]))
              await sleep(world, 0.1)
            }
          })()
          await sleep(world, seed)
          await manager.deletePartition("t", 0)
          await appends
          await sleep(world, 2_000)
          expect(manager.health).toEqual({ state: "ok", reason: "" })
        },
        { seed },
      )
    }
  })
})

describe("reconciling with the metadata", () => {
  test("sets aside what nobody claims, and never deletes it", () =>
    inWorld(async (world) => {
      const { manager, put } = await openLog(world)
      await put([1])
      await manager.close()
      const again = await world.boot()
      await again.reconcile([])
      expect(again.partition("t", 0)).toBeUndefined()
      expect((await world.disk.mount().list("quarantine")).join()).toMatch(/t-0$/)
      expect(again.recovery.quarantined).toEqual(["t-0"])
    }))

  test("sets aside the directory of another topic id and creates the right one", () =>
    inWorld(async (world) => {
      const { manager, put } = await openLog(world)
      await put([1])
      await manager.close()
      const again = await world.boot()
      await again.reconcile([{ topic: "t", topicId: otherId, index: 0 }])
      expect(again.partition("t", 0)).toMatchObject({ topicId: otherId, logEndOffset: 0 })
    }))

  test("finishes a deletion that was recorded and not done", () =>
    inWorld(async (world) => {
      const { manager } = await openLog(world)
      await manager.close()
      const again = await world.boot()
      await again.reconcile([], new Set([topicId]))
      await sleep(world, 100)
      expect((await world.disk.mount().list("")).filter((name) => name === "quarantine" || name.startsWith("t-"))).toEqual([])
    }))

  test("keeps the metadata log although no spec names it", () =>
    inWorld(async (world) => {
      const { manager } = await openLog(world)
      await manager.createPartition({ topic: "__cluster_metadata", topicId: otherId, index: 0 })
      await manager.reconcile([{ topic: "t", topicId, index: 0 }])
      expect(manager.partition("__cluster_metadata", 0)).toBeDefined()
    }))

  test("reports a directory that vanished with acknowledged data, and does not reuse its offsets", () =>
    inWorld(async (world) => {
      const { put, manager } = await openLog(world)
      for (let value = 0; value < 5; value++) await put([value])
      await manager.close()
      const disk = world.disk.mount()
      for (const name of await disk.list("t-0")) await disk.unlink(`t-0/${name}`)
      await disk.removeDir("t-0")
      const again = await openLog(world)
      expect(again.manager.recovery.corruptions).toMatchObject([{ topic: "t", from: 0, to: 5 }])
      expect(await again.put([9])).toMatchObject({ baseOffset: 5 })
    }))

  test("clears what an interrupted creation or deletion left", () =>
    inWorld(async (world) => {
      const { manager, disk } = await openLog(world)
      await manager.close()
      for (const name of [`3.${otherId}-new`, `4.${otherId}-delete`]) {
        await disk.makeDir(name)
        await (await disk.open(`${name}/00000000000000000000.log`, "create")).close()
      }
      const again = await openLog(world)
      expect((await again.disk.list("")).filter((name) => /-(new|delete)$/.test(name))).toEqual([])
    }))
})

describe("stopping", () => {
  test("makes durable what was appended, in every durability", () =>
    inWorld(async (world) => {
      const { log, manager } = await openLog(world, { config: { durability: "os" } })
      log.append(batchOf([1]))
      log.append(batchOf([2]))
      await manager.close()
      world.powerCut("none")
      const again = await openLog(world)
      expect(again.manager.recovery.cleanStart).toBe(true)
      expect(await again.values()).toEqual([1, 2])
    }))

  test("leaves no clean marker when the directory is read-only", () =>
    inWorld(async (world) => {
      const { log, manager } = await openLog(world)
      world.disk.errorRate = { datasync: 1 }
      const answer = log.append(batchOf([1]))
      if (answer.ok) await log.whenAcked(answer.lastOffset).catch(() => {})
      world.disk.errorRate = {}
      await manager.close()
      expect((await world.disk.mount().list("")).includes("clean-shutdown")).toBe(false)
      expect((await openLog(world)).manager.recovery.cleanStart).toBe(false)
    }))

  test("twice is the same as once, and appends afterwards are refused", () =>
    inWorld(async (world) => {
      const { log, manager } = await openLog(world)
      await Promise.all([manager.close(), manager.close()])
      expect(log.append(batchOf([1]))).toMatchObject({ ok: false })
    }))
})

test("tells who feeds it to stop above the bound of unflushed bytes, and to go on below half of it", () =>
  inWorld(async (world) => {
    const { log, manager } = await openLog(world, { maxUnflushedBytes: 4_000 })
    const seen: boolean[] = []
    manager.onPressure((isPressured) => void seen.push(isPressured))
    let last = 0
    for (let value = 0; value < 20; value++) {
      const answer = log.append(batchOf([value], { padding: 300 }))
      if (answer.ok) last = answer.lastOffset
    }
    expect(manager.isPressured).toBe(true)
    await log.whenAcked(last)
    expect(manager.isPressured).toBe(false)
    expect(seen).toEqual([true, false])
  }))
