// The whole set of configs at once, and the configs of groups, over the wire.
import { errorName } from "@rivven/protocol"
import { AlterConfigs, DescribeConfigs, IncrementalAlterConfigs } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { batchOf, Talk } from "../testing/talk.ts"

const types = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 }
const heartbeat = "consumer.heartbeat.interval.ms"
const session = "consumer.session.timeout.ms"

async function stage(options: Parameters<typeof startTestBroker>[0] = {}) {
  const broker = await startTestBroker(options)
  const talk = await Talk.to(broker)
  return { broker, talk, [Symbol.asyncDispose]: () => end(talk, broker) }
}

async function end(talk: Talk, broker: TestBroker): Promise<void> {
  await talk[Symbol.asyncDispose]()
  await broker.stop()
}

interface Change {
  readonly type: number
  readonly name: string
  readonly configs: Record<string, string | null>
}

const wireOf = ({ type, name, configs }: Change) => ({
  resourceType: type,
  resourceName: name,
  configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
})

async function replace(talk: Talk, change: Change | Change[], { version = 2, validateOnly = false } = {}) {
  const resources = [change].flat().map(wireOf)
  const { responses } = await talk.wire.call(AlterConfigs, version, { resources, validateOnly })
  return { error: errorName(responses[0]!.errorCode), message: responses[0]!.errorMessage, responses }
}

/** What was set, with its source. */
async function set(talk: Talk, type: number, name: string): Promise<Record<string, [string | null, number]>> {
  const resources = [{ resourceType: type, resourceName: name, configurationKeys: null }]
  const { results } = await talk.wire.call(DescribeConfigs, 4, { resources, includeSynonyms: true, includeDocumentation: false })
  const own = results[0]!.configs.filter(({ configSource }) => ![4, 5].includes(configSource))
  return Object.fromEntries(own.map((config) => [config.name, [config.value, config.configSource]]))
}

describe("AlterConfigs", () => {
  it.each([0, 1, 2])("replaces the whole set in version %i, and takes effect at once", async (version) => {
    await using s = await stage()
    await s.talk.createTopic("t", { configs: { "retention.ms": "1000", "max.message.bytes": "100" } })
    expect((await replace(s.talk, { type: types.topic, name: "t", configs: { "segment.ms": "5" } }, { version })).error).toBe("NONE")
    expect(await set(s.talk, types.topic, "t")).toEqual({ "segment.ms": ["5", 1] })
    expect((await s.talk.produce("t", batchOf(["x".repeat(300)]))).error).toBe("NONE")
    expect((await replace(s.talk, { type: types.topic, name: "t", configs: {} }, { version })).error).toBe("NONE")
    expect(await set(s.talk, types.topic, "t")).toEqual({})
  })

  it("replaces what one broker and all brokers were given, apart from each other", async () => {
    await using s = await stage()
    await s.talk.setConfig({ type: types.broker, name: "" }, { "log.retention.ms": "2000" })
    await s.talk.setConfig({ type: types.broker, name: "1" }, { "log.retention.ms": "3000" })
    expect((await replace(s.talk, { type: types.broker, name: "1", configs: { "num.partitions": "2" } })).error).toBe("NONE")
    expect(await set(s.talk, types.broker, "1")).toEqual({ "log.retention.ms": ["2000", 3], "num.partitions": ["2", 2] })
  })

  it("has no effect when it only validates, or when one config is bad", async () => {
    await using s = await stage()
    await s.talk.createTopic("t", { configs: { "retention.ms": "1000" } })
    const wanted = { type: types.topic, name: "t", configs: { "segment.ms": "5" } }
    expect((await replace(s.talk, wanted, { validateOnly: true })).error).toBe("NONE")
    const bad = await replace(s.talk, { ...wanted, configs: { "segment.ms": "5", "retention.m": "1" } }, { validateOnly: true })
    expect(bad).toMatchObject({ error: "INVALID_CONFIG", message: expect.stringContaining("retention.ms") })
    expect((await replace(s.talk, { ...wanted, configs: { "segment.ms": null } })).error).toBe("INVALID_REQUEST")
    expect(await set(s.talk, types.topic, "t")).toEqual({ "retention.ms": ["1000", 1] })
  })

  it.each<[string, Change, [error: string, text: string]]>([
    ["an unknown topic", { type: types.topic, name: "nope", configs: {} }, ["UNKNOWN_TOPIC_OR_PARTITION", "nope"]],
    ["an internal topic", { type: types.topic, name: "__consumer_offsets", configs: {} }, ["INVALID_CONFIG", "broker"]],
    ["another broker", { type: types.broker, name: "7", configs: {} }, ["INVALID_REQUEST", "7"]],
    ["what is fixed at the start", { type: types.broker, name: "1", configs: { "node.id": "2" } }, ["INVALID_REQUEST", "read-only"]],
    ["broker loggers", { type: types.brokerLogger, name: "1", configs: { root: "DEBUG" } }, ["INVALID_REQUEST", "loggers"]],
    ["client metrics", { type: types.clientMetrics, name: "m", configs: { metrics: "x" } }, ["INVALID_REQUEST", "metrics"]],
    ["an unknown type", { type: 9, name: "x", configs: {} }, ["INVALID_REQUEST", "type 9"]],
  ])("refuses %s", async (_, change, [error, text]) => {
    await using s = await stage()
    expect(await replace(s.talk, change)).toMatchObject({ error, message: expect.stringContaining(text) })
  })

  it("refuses a resource that appears twice, both times, and makes the other changes", async () => {
    await using s = await stage()
    for (const name of ["t", "u"]) await s.talk.createTopic(name)
    const [t, u] = ["t", "u"].map((name) => ({ type: types.topic, name, configs: { "segment.ms": "5" } }))
    const { responses } = await replace(s.talk, [t!, u!, t!])
    expect(responses.map(({ errorCode }) => errorName(errorCode))).toEqual(["INVALID_REQUEST", "NONE", "INVALID_REQUEST"])
    const resources = [t!, t!].map(wireOf).map((one) => ({ ...one, configs: one.configs.map((c) => ({ ...c, configOperation: 0 })) }))
    const both = (await s.talk.wire.call(IncrementalAlterConfigs, 1, { resources, validateOnly: false })).responses
    expect(both.map(({ errorCode }) => errorName(errorCode))).toEqual(["INVALID_REQUEST", "INVALID_REQUEST"])
    expect(await set(s.talk, types.topic, "t")).toEqual({})
  })
})

describe("configs of groups", () => {
  const group = { type: types.group, name: "g" }

  it("show the broker's values until they are set, and again when they are deleted", async () => {
    await using s = await stage({ settings: { "group.consumer.session.timeout.ms": "50000" } })
    const shown = async () => {
      const resources = [{ resourceType: types.group, resourceName: "g", configurationKeys: null }]
      const { results } = await s.talk.wire.call(DescribeConfigs, 4, { resources, includeSynonyms: true, includeDocumentation: true })
      return results[0]!.configs.map(({ name, value, configSource }) => [name, value, configSource])
    }
    const inherited = [
      [heartbeat, "5000", 5],
      [session, "50000", 4],
    ]
    expect(await shown()).toEqual(inherited)
    expect((await s.talk.setConfig(group, { [heartbeat]: "6000", [session]: "55000" })).error).toBe("NONE")
    expect(await shown()).toEqual([
      [heartbeat, "6000", 8],
      [session, "55000", 8],
    ])
    expect((await replace(s.talk, { ...group, configs: { [session]: "46000" } })).error).toBe("NONE")
    expect(await set(s.talk, types.group, "g")).toEqual({ [session]: ["46000", 8] })
    expect((await s.talk.setConfig(group, { [session]: null })).error).toBe("NONE")
    expect(await shown()).toEqual(inherited)
  })

  it("are there after a restart", async () => {
    const disk = memoryDisk()
    {
      await using s = await stage({ ports: { disk } })
      await s.talk.setConfig(group, { [session]: "55000" })
    }
    await using s = await stage({ ports: { disk } })
    expect(await set(s.talk, types.group, "g")).toEqual({ [session]: ["55000", 8] })
  })

  it.each<[string, Record<string, string>, [error: string, text: string]]>([
    ["an unknown key, naming the nearest", { "consumer.session.timeout": "1" }, ["INVALID_CONFIG", session]],
    ["what is no number", { [heartbeat]: "soon" }, ["INVALID_CONFIG", "whole number"]],
    ["less than the broker accepts", { [session]: "44999" }, ["INVALID_CONFIG", "45000 to 60000"]],
    ["more than the broker accepts", { [heartbeat]: "15001" }, ["INVALID_CONFIG", "5000 to 15000"]],
  ])("refuse %s", async (_, configs, [error, text]) => {
    await using s = await stage()
    expect(await s.talk.setConfig(group, configs)).toMatchObject({ error, message: expect.stringContaining(text) })
    expect(await set(s.talk, types.group, "g")).toEqual({})
  })

  it("refuse a session that ends before the next heartbeat, also where only one of both is set", async () => {
    await using s = await stage({
      settings: { "group.consumer.min.session.timeout.ms": "1", "group.consumer.max.heartbeat.interval.ms": "60000" },
    })
    const refused = { error: "INVALID_CONFIG", message: expect.stringContaining("must be more than") }
    expect(await s.talk.setConfig(group, { [session]: "5000" })).toMatchObject(refused)
    expect(await s.talk.setConfig(group, { [heartbeat]: "45000" })).toMatchObject(refused)
    expect((await s.talk.setConfig(group, { [session]: "6001" })).error).toBe("NONE")
    expect(await s.talk.setConfig(group, { [heartbeat]: "6001" })).toMatchObject(refused)
    expect((await s.talk.setConfig(group, { [heartbeat]: "6000" })).error).toBe("NONE")
  })

  it("need a group's name", async () => {
    await using s = await stage()
    expect((await s.talk.setConfig({ type: types.group, name: "" }, { [session]: "50000" })).error).toBe("INVALID_REQUEST")
  })
})
