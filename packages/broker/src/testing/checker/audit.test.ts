/** C18: one damage at a time is planted into the files of a healthy log, and the audit must name it. */

import { encodeBatch } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import type { Disk } from "../../ports.ts"
import { SimWorld } from "../sim-world.ts"
import { auditDir } from "./audit.ts"

async function healthyDir(): Promise<{ world: SimWorld; disk: Disk }> {
  const world = new SimWorld(5)
  await world.scheduler.until(
    (async () => {
      const log = await world.boot()
      const spec = { topic: "t", topicId: "AAAAAAAAAAAAAAAAAAAAGQ", index: 0, config: { segmentBytes: 700, indexIntervalBytes: 100 } }
      const partition = await log.createPartition(spec)
      for (let sequence = 0; sequence < 24; sequence++) {
        const record = { timestamp: 1_700_000_000_000 + sequence, key: null, value: new Uint8Array(50), headers: [] }
        const answer = partition.append(encodeBatch({ records: [record], producerId: 7, producerEpoch: 0, baseSequence: sequence }))
        if (answer.ok) await partition.whenAcked(answer.lastOffset)
      }
      await log.close()
    })(),
  )
  return { world, disk: world.disk.mount() }
}

async function patch(disk: Disk, path: string, change: { at: number; bytes: number[] } | { cutTo: number }): Promise<void> {
  const file = await disk.open(path, "append")
  if ("cutTo" in change) await file.truncate(change.cutTo)
  else file.write([Uint8Array.from(change.bytes)], change.at)
}

const first = "t-0/00000000000000000000"

test("finds nothing in a healthy directory", async () => {
  const { world, disk } = await healthyDir()
  expect(await world.scheduler.until(auditDir(disk, "t-0"))).toEqual([])
})

const damages: [name: string, path: string, change: Parameters<typeof patch>[2], says: RegExp][] = [
  ["a flipped byte in a record", `${first}.log`, { at: 100, bytes: [0xff] }, /wrong CRC/],
  ["a changed base offset", `${first}.log`, { at: 7, bytes: [9] }, /batch 9 where/],
  ["a segment that ends inside a batch", `${first}.log`, { cutTo: 300 }, /behind its last batch|comes next/],
  ["an index entry beside its batch", `${first}.index`, { at: 7, bytes: [1] }, /index says/],
  ["a time index entry that is too low", `${first}.timeindex`, { at: 0, bytes: [0, 0, 0, 0, 0, 0, 0, 1] }, /timeindex entry 1 is too low/],
  ["a snapshot with another epoch", "t-0/00000000000000000024.snapshot", { at: 10 + 4 * 46 + 9, bytes: [3] }, /snapshot says/],
]

for (const [name, path, change, says] of damages) {
  test(`finds ${name}`, async () => {
    const { world, disk } = await healthyDir()
    await world.scheduler.until(patch(disk, path, change))
    const found = await world.scheduler.until(auditDir(disk, "t-0"))
    expect(found.map((anomaly) => anomaly.code)).toContain("C18")
    expect(found.map((anomaly) => anomaly.message).join("\n")).toMatch(says)
  })
}

test("finds a missing segment and a snapshot newer than the log", async () => {
  const { world, disk } = await healthyDir()
  const names = await world.scheduler.until(disk.list("t-0"))
  const logs = names.filter((name) => name.endsWith(".log")).sort()
  await world.scheduler.until(disk.unlink(`t-0/${logs[1]}`))
  await world.scheduler.until(disk.unlink(`t-0/${logs.at(-1)}`))
  const found = (await world.scheduler.until(auditDir(disk, "t-0"))).map((anomaly) => anomaly.message).join("\n")
  expect(found).toMatch(/comes next/)
  expect(found).toMatch(/newer than the log/)
})
