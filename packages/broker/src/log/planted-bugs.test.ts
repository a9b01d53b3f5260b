/** A simulation is worth what it finds: each of these one-line faults must be found within a few seeds. */
import { afterEach, expect, test, vi } from "vitest"
import type { Disk, DiskFile } from "../ports.ts"
import { simulate } from "../testing/simulate.ts"
import { OffsetIndex } from "./offset-index.ts"
import { Partition } from "./partition.ts"
import { PartitionState } from "./partition-state.ts"
import { ProducerStates } from "./producer-state.ts"

afterEach(() => vi.restoreAllMocks())
vi.setConfig({ testTimeout: 120_000 })

const wrapFiles =
  (change: (file: DiskFile, path: string) => Partial<DiskFile>) =>
  (disk: Disk): Disk => ({
    ...disk,
    open: async (path, how) => {
      const file = await disk.open(path, how)
      const passed: DiskFile = {
        write: (parts, at) => file.write(parts, at),
        read: (into, at) => file.read(into, at),
        datasync: () => file.datasync(),
        truncate: (size) => file.truncate(size),
        size: () => file.size(),
        close: () => file.close(),
      }
      return { ...passed, ...change(passed, path) }
    },
  })

/** What was found, over the first seeds that find anything. */
async function firstFinding(wrapDisk?: (disk: Disk) => Disk): Promise<string[]> {
  for (let seed = 1; seed <= 200; seed++) {
    const outcome = await simulate(seed, wrapDisk ? { wrapDisk } : {}).catch((error: unknown) => error as Error)
    if (outcome instanceof Error) return [`start refused: ${outcome.message}`]
    if (outcome.anomalies.length > 0) return outcome.anomalies.map((anomaly) => anomaly.code)
  }
  return []
}

test("finds an acknowledgement before the sync", async () => {
  vi.spyOn(Partition.prototype, "whenDurable").mockImplementation(function (this: Partition, offset: number) {
    return this.whenWritten(offset)
  })
  expect(await firstFinding()).toContain("C1")
})

test("finds a segment sync that is skipped", async () => {
  const skip = wrapFiles((_, path) => (path.endsWith(".log") ? { datasync: () => Promise.resolve() } : {}))
  expect(await firstFinding(skip)).toEqual(expect.arrayContaining([expect.stringMatching(/C1|C10|C18/)]))
})

test("finds a directory sync that is skipped", async () => {
  const skip = (disk: Disk): Disk => ({ ...disk, syncDir: () => Promise.resolve() })
  expect(await firstFinding(skip)).not.toEqual([])
})

test("finds a failed sync that is swallowed", async () => {
  const swallow = wrapFiles((file) => ({ datasync: () => file.datasync().catch(() => {}) }))
  expect(await firstFinding(swallow)).toEqual(expect.arrayContaining([expect.stringMatching(/C1|C10|C18/)]))
})

test("finds a short write that is taken for a whole one", async () => {
  const ignore = wrapFiles((file) => ({
    write: (parts, at) => {
      file.write(parts, at)
      return parts.reduce((sum, part) => sum + part.length, 0)
    },
  }))
  expect(await firstFinding(ignore)).toEqual(expect.arrayContaining([expect.stringMatching(/C1|C10|C18/)]))
})

test("finds a high watermark ahead of the sync", async () => {
  vi.spyOn(PartitionState.prototype, "isSynced", "get").mockReturnValue(false)
  vi.spyOn(Partition.prototype, "whenAcked").mockImplementation(function (this: Partition, offset: number) {
    return this.whenDurable(offset)
  })
  expect(await firstFinding()).toEqual(expect.arrayContaining([expect.stringMatching(/C10|C11/)]))
})

test("finds a frontier that leads", async () => {
  vi.spyOn(PartitionState.prototype, "frontierEntry").mockImplementation(function (this: PartitionState) {
    const { id, leaderEpoch, logStart } = this
    return { topicId: id.topicId, index: id.index, leaderEpoch, logStart, durable: this.written + 3 }
  })
  expect(await firstFinding()).toContain("C18")
})

test("finds producers that are forgotten by a snapshot", async () => {
  vi.spyOn(ProducerStates.prototype, "restore").mockImplementation(() => {})
  expect(await firstFinding()).toEqual(expect.arrayContaining([expect.stringMatching(/C3|C18/)]))
})

test("finds duplicates that are appended again", async () => {
  vi.spyOn(ProducerStates.prototype, "check").mockReturnValue({ kind: "append" })
  expect(await firstFinding()).toContain("C3")
})

test("finds an index that points beside its batch", async () => {
  const encode = vi.spyOn(OffsetIndex.prototype, "encode")
  encode.mockImplementation(function (this: OffsetIndex) {
    const bytes = new Uint8Array(this.sizeBytes)
    for (let at = 7; at < bytes.length; at += 8) bytes[at] = 1 + at
    return bytes
  })
  expect(await firstFinding()).toContain("C18")
})
