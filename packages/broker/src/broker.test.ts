import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { errorName } from "@rivven/protocol"
import { DescribeConfigs, InitProducerId, ListGroups, Metadata } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startBroker } from "./broker.ts"
import { BrokerError } from "./errors.ts"
import { compatTable } from "./handlers/compat.ts"
import { faultyDisk } from "./storage/faulty-disk.ts"
import { collecting, startTestBroker } from "./testing/in-process.ts"
import { memoryDisk } from "./testing/memory-disk.ts"
import { batchOf, Talk } from "./testing/talk.ts"

const quiet = collecting([])

async function temporary(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), "rivven-broker-"))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

describe("a start", () => {
  it("over real files serves, stops clean, and goes on where it was", async () => {
    await using place = await temporary()
    const options = { dataDir: place.dir, listen: { host: "127.0.0.1", port: 0 }, logger: quiet, storage: { reserveBytes: 0 } }
    const first = await startBroker(options)
    const talk = await Talk.to(first.address)
    const { id } = await talk.createTopic("t", { partitions: 2, configs: { "retention.ms": "5000" } })
    await talk.produce("t", batchOf(["a", "b"]), { partition: 1 })
    await talk.commit("g", { topic: "t", partition: 1, offset: 1 })
    await talk.setConfig({ type: 4, name: "" }, { "num.partitions": "7" })
    const { producerId } = await talk.wire.call(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 0 })
    await talk[Symbol.asyncDispose]()
    await first.stop()

    const second = await startBroker(options)
    await using again = await Talk.to(second.address)
    expect(second.clusterId).toBe(first.clusterId)
    expect(second.recovery).toMatchObject({ cleanStart: true, truncations: [], corruptions: [], quarantined: [] })
    expect(await again.metadata("t")).toMatchObject({ topicId: id, errorCode: 0 })
    expect(await again.values("t", { partition: 1 })).toEqual(["a", "b"])
    expect((await again.committed("g", "t", { partition: 1 })).committedOffset).toBe(1)
    const resources = [{ resourceType: 2, resourceName: "t", configurationKeys: ["retention.ms"] }]
    expect((await again.wire.call(DescribeConfigs, 1, { resources })).results[0]?.configs[0]?.value).toBe("5000")
    expect((await again.metadata("auto", { mayCreate: true })).partitions.length).toBe(7)
    expect((await again.wire.call(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 0 })).producerId).toBeGreaterThan(
      producerId,
    )
    await again[Symbol.asyncDispose]()
    await second.stop()
  })

  it("names the process that holds the data directory", async () => {
    await using place = await temporary()
    const options = { dataDir: place.dir, listen: { host: "127.0.0.1", port: 0 }, logger: quiet, storage: { reserveBytes: 0 } }
    const first = await startBroker(options)
    const failure = await failureOf(startBroker(options))
    expect(failure).toMatchObject({ code: "DATA_DIR_LOCKED" })
    expect(failure.message).toContain(place.dir)
    await first.stop()
    await (await startBroker(options)).stop()
  })

  it("names the taken port and leaves nothing open", async () => {
    await using taken = await startTestBroker()
    const disk = memoryDisk()
    const options = { dataDir: "/memory", listen: { host: "127.0.0.1", port: taken.port }, logger: quiet, storage: { reserveBytes: 0 } }
    const failure = await failureOf(startBroker(options, { disk }))
    expect(failure).toMatchObject({ code: "ADDRESS_IN_USE", path: "/listen/port" })
    expect(failure.message).toContain(String(taken.port))
    await (await startBroker({ ...options, listen: { host: "127.0.0.1", port: 0 } }, { disk })).stop()
  })

  it.each([
    ["an unknown setting, with the nearest known one", { "num.partition": "1" }, "num.partitions"],
    ["a bad value, with what is accepted", { "num.partitions": "many" }, "whole number"],
    ["a bad durability", { durability: "maybe" }, "fsync, os or interval:<ms>"],
    ["a setting that follows from others", { "log.dirs": "/x" }, "follows from"],
    ["bad hours", { "log.retention.hours": "soon" }, "log.retention.ms"],
  ])("refuses %s", async (_, settings, text) => {
    const failure = await failureOf(startTestBroker({ settings }))
    expect(failure.code).toBe("CONFIG_INVALID")
    expect(failure.path).toContain("/settings/")
    expect(failure.message).toContain(text)
  })

  it("refuses to tell clients an address that they cannot connect to", async () => {
    const failure = await failureOf(startTestBroker({ listen: { host: "0.0.0.0", port: 0 } }))
    expect(failure).toMatchObject({ code: "CONFIG_INVALID", path: "/advertised/host" })
  })

  it("takes retention in hours as Kafka does", async () => {
    await using broker = await startTestBroker({ settings: { "log.retention.hours": "2" } })
    await using talk = await Talk.to(broker)
    const resources = [{ resourceType: 4, resourceName: "1", configurationKeys: ["log.retention.ms"] }]
    expect((await talk.wire.call(DescribeConfigs, 1, { resources })).results[0]?.configs[0]).toMatchObject({
      value: "7200000",
      configSource: 4,
    })
  })
})

describe("a stop", () => {
  it("answers what has started, refuses what is new, and may be asked for twice", async () => {
    const broker = await startTestBroker()
    const talk = await Talk.to(broker)
    await talk.createTopic("t")
    const answer = talk.produce("t", batchOf(["a"]))
    await talk.wire.call(ListGroups, 4, { statesFilter: [], typesFilter: [] })
    const stopping = broker.stop()
    expect(broker.broker.health()).toMatchObject({ live: true, ready: false, reason: "the broker is stopping" })
    expect((await answer).error).toBe("NONE")
    await talk.wire.closed()
    await stopping
    await broker.stop()
    await expect(Talk.to(broker)).rejects.toThrow("ECONNREFUSED")
  })

  it("is healthy until then", async () => {
    await using broker = await startTestBroker()
    expect(broker.broker.health()).toEqual({ live: true, ready: true, started: true })
  })
})

describe("metrics", () => {
  it("have the agreed names, follow topics and forget them", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.createTopic("t", { partitions: 3 })
    const batch = batchOf(["a", "b"])
    await talk.produce("t", batch)
    await talk.fetch("t")
    const lines = async () => (await broker.broker.registry.metrics()).split("\n")
    const before = await lines()
    expect(before).toContain(`rivven_topic_bytes_in_total{topic="t"} ${batch.length}`)
    expect(before).toContain(`rivven_topic_bytes_out_total{topic="t"} ${batch.length}`)
    expect(before).toContain('rivven_topic_records_in_total{topic="t"} 2')
    expect(before).toContain(`rivven_topic_size_bytes{topic="t"} ${batch.length}`)
    expect(before).toContain("rivven_partitions 5")
    expect(before).toContain("rivven_connections 1")
    expect(before).toContain("rivven_log_dir_read_only 0")
    expect(before).toContain("rivven_partitions_offline 0")
    expect(before).toContain("rivven_partitions_under_replicated 0")
    expect(before.some((line) => /^rivven_storage_bytes_total [1-9]/.test(line))).toBe(true)
    expect(before.some((line) => /^rivven_flush_seconds_count [1-9]/.test(line))).toBe(true)
    await talk.deleteTopic("t")
    expect((await lines()).filter((line) => line.includes('topic="t"'))).toEqual([])
  })
})

describe("the compatibility table", () => {
  it("covers every key of Kafka once", () => {
    const { served, missing } = compatTable()
    const keys = [...served, ...missing].map((api) => api.key).toSorted((a, b) => a - b)
    expect(keys).toEqual(Array.from({ length: 93 }, (_, key) => key))
    expect(served.find((api) => api.key === 0)).toMatchObject({ name: "Produce", advertised: "0-12", accepted: "3-12", flexibleFrom: 9 })
  })
})

describe("a disk that fails", () => {
  it("turns writes into KAFKA_STORAGE_ERROR, keeps reads, and shows in health and metrics", async () => {
    let isBroken = false
    const disk = faultyDisk(memoryDisk(), (call) => (isBroken && call.operation === "datasync" ? { error: "EIO" } : undefined))
    await using broker = await startTestBroker({ ports: { disk } })
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    await talk.produce("t", batchOf(["safe"]))
    isBroken = true
    expect((await talk.produce("t", batchOf(["lost"]))).error).toBe("KAFKA_STORAGE_ERROR")
    expect((await talk.produce("t", batchOf(["refused"]))).error).toBe("KAFKA_STORAGE_ERROR")
    expect((await talk.createTopic("u")).error).toBe("KAFKA_STORAGE_ERROR")
    expect(await talk.commit("g", { topic: "t", offset: 1 })).toBe("COORDINATOR_NOT_AVAILABLE")
    expect((await talk.setConfig({ type: 2, name: "t" }, { "retention.ms": "1" })).error).toBe("KAFKA_STORAGE_ERROR")
    expect((await talk.deleteTopic("t")).error).toBe("KAFKA_STORAGE_ERROR")
    expect(await talk.values("t")).toEqual(["safe"])
    expect(broker.broker.health()).toMatchObject({ live: true, ready: false })
    expect(await broker.broker.registry.metrics()).toContain("rivven_log_dir_read_only 1")
    expect(errorName((await talk.wire.call(Metadata, 12, { topics: null, includeTopicAuthorizedOperations: false })).errorCode)).toBe(
      "NONE",
    )
  })
})

async function failureOf(work: Promise<unknown>): Promise<BrokerError> {
  try {
    await work
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
  throw new Error("expected a BrokerError")
}
