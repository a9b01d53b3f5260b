import { expect, test } from "vitest"
import { batchOf, inWorld, openLog, topicId } from "../testing/log-fixture.ts"
import { sleep } from "../testing/sim-clients.ts"

test("refuses appends before the wall and resumes when space is back", () =>
  inWorld(async (world) => {
    world.disk.capacityBytes = 1_000_000
    const { manager, put, log } = await openLog(world, { minFreeBytes: 50_000 })
    await put([1])
    world.disk.capacityBytes = world.disk.usedBytes() + 40_000
    await sleep(world, 1_500)
    expect(manager.health).toMatchObject({ state: "full", reason: /min_free/ })
    expect(log.append(batchOf([2]))).toMatchObject({ error: "KAFKA_STORAGE_ERROR" })
    expect(await log.read({ offset: 0, maxBytes: 100 })).toMatchObject({ ok: true, nextOffset: 1 })
    world.disk.capacityBytes = 1_000_000
    await sleep(world, 1_500)
    expect(manager.health.state).toBe("ok")
    expect(await put([2])).toMatchObject({ ok: true })
  }))

test("makes the reserve at start and keeps it over restarts", () =>
  inWorld(async (world) => {
    const { manager, disk } = await openLog(world, { reserveBytes: 3_000_000 })
    await sleep(world, 100)
    expect((await disk.open("reserve", "read")).size()).toBe(3_000_000)
    await manager.close()
    await openLog(world, { reserveBytes: 3_000_000 })
    expect((await world.disk.mount().open("reserve", "read")).size()).toBe(3_000_000)
  }))

test("gives the reserve back when a write hits the wall, so that internal logs and deletions go on", () =>
  inWorld(async (world) => {
    const { manager, log, disk } = await openLog(world, { reserveBytes: 100_000 })
    const internal = await manager.createPartition({ topic: "__cluster_metadata", topicId: "AAAAAAAAAAAAAAAAAAAAAQ", index: 0 })
    await manager.createPartition({ topic: "t", topicId, index: 1 })
    await sleep(world, 100)
    world.disk.capacityBytes = world.disk.usedBytes() + 20
    const answer = log.append(batchOf([1]))
    if (answer.ok) await expect(log.whenAcked(answer.lastOffset)).rejects.toMatchObject({ code: "STORAGE_FULL", retriable: true })
    await sleep(world, 50)
    expect(await disk.list("")).not.toContain("reserve")
    const record = internal.append(batchOf([7]), { origin: "internal" })
    expect(record.ok).toBe(true)
    if (record.ok) await internal.whenAcked(record.lastOffset)
    await manager.deletePartition("t", 1)
    expect(manager.health.state).toBe("full")
    world.disk.capacityBytes = Number.MAX_SAFE_INTEGER
    await sleep(world, 3_000)
    expect(manager.health.state).toBe("ok")
    expect(await disk.list("")).toContain("reserve")
  }))

test("frees the bytes of dropped segments at once while the disk is full", () =>
  inWorld(async (world) => {
    const config = { segmentBytes: 2_000, retentionBytes: 3_000 }
    const { manager, log, disk, put } = await openLog(world, { config, reserveBytes: 50_000, retentionCheckMs: 1e12 })
    for (let value = 0; value < 60; value++) await put([value], { padding: 300 })
    world.disk.capacityBytes = world.disk.usedBytes() + 10
    const answer = log.append(batchOf([1]))
    if (answer.ok) await log.whenAcked(answer.lastOffset).catch(() => {})
    expect(manager.health.state).toBe("full")
    await sleep(world, 100)
    const before = world.disk.usedBytes()
    await manager.applyRetention()
    await sleep(world, 100)
    expect(before - world.disk.usedBytes()).toBeGreaterThan(10_000)
    expect((await disk.list("t-0")).some((name) => name.endsWith(".deleted"))).toBe(false)
  }))

test("makes no reserve on a disk that has no room for it, and says so", () =>
  inWorld(async (world) => {
    world.disk.capacityBytes = 50_000
    const { manager } = await openLog(world, { reserveBytes: 100_000 })
    await sleep(world, 100)
    expect(manager.health).toMatchObject({ state: "full", reason: /reserve/ })
    expect(await world.disk.mount().list("")).not.toContain("reserve")
  }))
