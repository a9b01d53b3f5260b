import { expect, test } from "vitest"
import { faultyDisk } from "../storage/faulty-disk.ts"
import { inWorld, topicId } from "../testing/log-fixture.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { decodeFrontier, encodeFrontier, Frontier, type FrontierEntry } from "./frontier.ts"

const entry = (durable: number, index = 0): FrontierEntry => ({ topicId, index, leaderEpoch: 3, logStart: 2, durable })

test("keeps the last word of each partition", () => {
  const bytes = new Uint8Array([...encodeFrontier([entry(5), entry(7, 1)]), ...encodeFrontier([entry(9)])])
  expect([...decodeFrontier(bytes).values()]).toEqual([entry(9), entry(7, 1)])
})

test("ends at the first frame that is torn or damaged", () => {
  const [first, second] = [encodeFrontier([entry(5)]), encodeFrontier([entry(9)])]
  const bytes = new Uint8Array([...first, ...second])
  for (let cut = first.length; cut < bytes.length; cut++) {
    expect([...decodeFrontier(bytes.subarray(0, cut)).values()], `cut at ${cut}`).toEqual([entry(5)])
  }
  for (let at = first.length; at < bytes.length; at++) {
    expect([...decodeFrontier(bytes.with(at, (bytes[at] ?? 0) ^ 0x10)).values()], `flip at ${at}`).toEqual([entry(5)])
  }
})

test("survives a power cut as far as it was synced", () =>
  inWorld(async (world) => {
    const disk = world.disk.mount()
    const frontier = await Frontier.load(disk)
    await frontier.rotate()
    frontier.note(entry(5))
    await frontier.sync()
    frontier.note(entry(9))
    world.powerCut("none")
    const again = await Frontier.load(world.disk.mount())
    expect(again.get(topicId, 0)).toEqual(entry(5))
  }))

test("rotates when it has grown, without losing anything", async () => {
  const disk = memoryDisk()
  const frontier = await Frontier.load(disk)
  await frontier.rotate()
  for (let round = 1; round <= 400; round++) {
    for (let index = 0; index < 100; index++) frontier.note(entry(round, index))
    await frontier.sync()
  }
  const again = await Frontier.load(disk)
  expect([...again.all()].map((one) => one.durable)).toEqual(Array.from({ length: 100 }, () => 400))
  const file = await disk.open("frontier", "read")
  expect(file.size()).toBeLessThan(1_100_000)
})

test("goes on in a new journal when a frame may lie there torn", async () => {
  let isFull = false
  const disk = faultyDisk(memoryDisk(), ({ operation }) => (isFull && operation === "write" ? { short: 11 } : undefined))
  const frontier = await Frontier.load(disk)
  await frontier.rotate()
  frontier.note(entry(5))
  isFull = true
  await expect(frontier.sync()).rejects.toThrow(/11 of/)
  expect(frontier.hasNotes).toBe(true)
  isFull = false
  await frontier.sync()
  expect((await Frontier.load(disk)).get(topicId, 0)).toEqual(entry(5))
})

test("forgets a deleted partition with the next rotation", async () => {
  const disk = memoryDisk()
  const frontier = await Frontier.load(disk)
  frontier.note(entry(5))
  frontier.note(entry(6, 1))
  await frontier.rotate()
  frontier.forget(topicId, 0)
  await frontier.rotate()
  expect([...(await Frontier.load(disk)).all()]).toEqual([entry(6, 1)])
})
