import { errorName } from "@rivven/protocol"
import { DescribeConfigs, IncrementalAlterConfigs } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { brokerConfigs } from "../broker-configs.ts"
import { startTestBroker } from "../testing/in-process.ts"
import { batchOf, Talk } from "../testing/talk.ts"
import { topicConfigs } from "../topics/topic-configs.ts"

const types = { topic: 2, broker: 4 }

async function stage() {
  const broker = await startTestBroker({ settings: { "num.partitions": "3" } })
  const talk = await Talk.to(broker)
  await talk.createTopic("t")
  return {
    broker,
    talk,
    async configs(resourceType: number, resourceName: string, version = 4) {
      const resources = [{ resourceType, resourceName, configurationKeys: null }]
      const options = version === 0 ? {} : { includeSynonyms: true, includeDocumentation: version >= 3 }
      const result = (await talk.wire.call(DescribeConfigs, version, { resources, ...options })).results[0]!
      return {
        error: errorName(result.errorCode),
        message: result.errorMessage,
        byName: new Map(result.configs.map((config) => [config.name, config])),
      }
    },
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

describe("DescribeConfigs", () => {
  it("lists every known topic config with value, type, source, synonyms and documentation", async () => {
    await using s = await stage()
    const { byName } = await s.configs(types.topic, "t")
    expect([...byName.keys()]).toEqual([...topicConfigs.all()].map((definition) => definition.name))
    for (const config of byName.values()) {
      expect(config.documentation?.length, config.name).toBeGreaterThan(20)
      expect(config.value, config.name).not.toBeNull()
      expect(config.configType, config.name).toBeGreaterThan(0)
      expect(config.synonyms.at(-1)?.source, config.name).toBe(5)
    }
  })

  it("lists every known broker config, what the process was started with as such", async () => {
    await using s = await stage()
    const { byName } = await s.configs(types.broker, "1")
    expect([...byName.keys()]).toEqual([...brokerConfigs.all()].map((definition) => definition.name))
    expect(byName.get("num.partitions")).toMatchObject({ value: "3", configSource: 4, readOnly: false })
    expect(byName.get("listeners")).toMatchObject({ value: `PLAINTEXT://127.0.0.1:${s.broker.port}`, readOnly: true })
  })

  it("shows each layer that has a value, the one in force first", async () => {
    await using s = await stage()
    await s.talk.setConfig({ type: types.broker, name: "" }, { "log.retention.ms": "2000" })
    await s.talk.setConfig({ type: types.broker, name: "1" }, { "log.retention.ms": "3000" })
    const layers = async () =>
      (await s.configs(types.topic, "t")).byName.get("retention.ms")?.synonyms.map(({ value, source }) => [value, source])
    expect(await layers()).toEqual([
      ["3000", 2],
      ["2000", 3],
      ["604800000", 5],
    ])
    await s.talk.setConfig({ type: types.topic, name: "t" }, { "retention.ms": "1000" })
    expect((await layers())?.[0]).toEqual(["1000", 1])
    expect((await s.configs(types.broker, "")).byName.get("log.retention.ms")).toMatchObject({ value: "2000", configSource: 3 })
  })

  it("answers only the keys that are asked for", async () => {
    await using s = await stage()
    const resources = [{ resourceType: types.topic, resourceName: "t", configurationKeys: ["retention.ms", "nope"] }]
    const { results } = await s.talk.wire.call(DescribeConfigs, 1, { resources })
    expect(results[0]?.configs.map((config) => config.name)).toEqual(["retention.ms"])
    expect(results[0]?.configs[0]?.synonyms).toEqual([])
  })

  it.each([0, 1, 2, 3, 4])("works in version %i", async (version) => {
    await using s = await stage()
    expect((await s.configs(types.topic, "t", version)).byName.get("retention.ms")?.value).toBe("604800000")
    if (version === 0) expect((await s.configs(types.topic, "t", version)).byName.get("retention.ms")?.isDefault).toBe(true)
  })

  it.each([
    [2, "nope", "UNKNOWN_TOPIC_OR_PARTITION"],
    [2, "a b", "INVALID_TOPIC_EXCEPTION"],
    [4, "7", "INVALID_REQUEST"],
    [4, "x", "INVALID_REQUEST"],
    [8, "1", "INVALID_REQUEST"],
    [0, "", "INVALID_REQUEST"],
  ])("resource type %i called %j is answered %s", async (type, name, error) => {
    await using s = await stage()
    const answer = await s.configs(type, name)
    expect(answer.error).toBe(error)
    expect(answer.message?.length).toBeGreaterThan(10)
  })
})

describe("IncrementalAlterConfigs", () => {
  const alter = async (
    talk: Talk,
    changes: [name: string, operation: number, value: string | null][],
    options: { type?: number; name?: string; validateOnly?: boolean } = {},
  ) => {
    const { type = types.topic, name = "t", validateOnly = false } = options
    const configs = changes.map(([key, configOperation, value]) => ({ name: key, configOperation, value }))
    const resources = [{ resourceType: type, resourceName: name, configs }]
    const [result] = (await talk.wire.call(IncrementalAlterConfigs, 1, { resources, validateOnly })).responses
    return { error: errorName(result!.errorCode), message: result!.errorMessage }
  }

  it("sets and deletes, and takes effect on the log at once", async () => {
    await using s = await stage()
    expect((await alter(s.talk, [["max.message.bytes", 0, "200"]])).error).toBe("NONE")
    expect((await s.talk.produce("t", batchOf(["x".repeat(300)]))).error).toBe("MESSAGE_TOO_LARGE")
    expect((await alter(s.talk, [["max.message.bytes", 1, null]])).error).toBe("NONE")
    expect((await s.talk.produce("t", batchOf(["x".repeat(300)]))).error).toBe("NONE")
  })

  it("a broker's default takes effect on topics without their own", async () => {
    await using s = await stage()
    await s.talk.setConfig({ type: types.broker, name: "" }, { "message.max.bytes": "200" })
    expect((await s.talk.produce("t", batchOf(["x".repeat(300)]))).error).toBe("MESSAGE_TOO_LARGE")
  })

  it("appends to and subtracts from lists", async () => {
    await using s = await stage()
    const policy = async () => (await s.configs(types.topic, "t")).byName.get("cleanup.policy")?.value
    await alter(s.talk, [["cleanup.policy", 2, "compact"]])
    expect(await policy()).toBe("delete,compact")
    await alter(s.talk, [["cleanup.policy", 2, "compact"]])
    expect(await policy()).toBe("delete,compact")
    await alter(s.talk, [["cleanup.policy", 3, "delete"]])
    expect(await policy()).toBe("compact")
  })

  it.each<[string, [string, number, string | null][], [error: string, text: string]]>([
    ["an unknown key, naming the nearest", [["retention.m", 0, "1"]], ["INVALID_CONFIG", "retention.ms"]],
    ["a bad value, naming what is accepted", [["retention.ms", 0, "soon"]], ["INVALID_CONFIG", "whole number from -1"]],
    ["a value out of bounds", [["segment.bytes", 0, "3"]], ["INVALID_CONFIG", "1024"]],
    ["a number beyond 64 bits", [["retention.ms", 0, "99999999999999999999"]], ["INVALID_CONFIG", "9223372036854775807"]],
    ["a bad choice", [["compression.type", 0, "rar"]], ["INVALID_CONFIG", "zstd"]],
    ["a bad list", [["cleanup.policy", 0, "delete,burn"]], ["INVALID_CONFIG", "compact"]],
    ["an empty list", [["cleanup.policy", 3, "delete"]], ["INVALID_CONFIG", "compact"]],
    ["a bad durability", [["durability", 0, "interval"]], ["INVALID_CONFIG", "interval:<ms>"]],
    ["no value", [["retention.ms", 0, null]], ["INVALID_REQUEST", "needs a value"]],
    ["APPEND on a number", [["retention.ms", 2, "1"]], ["INVALID_CONFIG", "lists"]],
    ["an unknown operation", [["retention.ms", 9, "1"]], ["INVALID_REQUEST", "SUBTRACT"]],
    [
      "a key twice",
      [
        ["retention.ms", 0, "1"],
        ["retention.ms", 0, "2"],
      ],
      ["INVALID_REQUEST", "twice"],
    ],
    [
      "one bad change among good ones, and makes none",
      [
        ["segment.ms", 0, "5"],
        ["retention.ms", 0, "x"],
      ],
      ["INVALID_CONFIG", "retention.ms"],
    ],
  ])("refuses %s", async (_, changes, [error, text]) => {
    await using s = await stage()
    const answer = await alter(s.talk, changes)
    expect(answer.error).toBe(error)
    expect(answer.message).toContain(text)
    expect((await s.configs(types.topic, "t")).byName.get("segment.ms")?.configSource).toBe(5)
  })

  it("refuses read-only broker configs, unknown resources and internal topics", async () => {
    await using s = await stage()
    expect(await alter(s.talk, [["node.id", 0, "2"]], { type: types.broker, name: "1" })).toMatchObject({ error: "INVALID_REQUEST" })
    expect((await alter(s.talk, [["retention.ms", 0, "1"]], { name: "nope" })).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect((await alter(s.talk, [["retention.ms", 0, "1"]], { name: "__consumer_offsets" })).error).toBe("INVALID_CONFIG")
    expect((await alter(s.talk, [["x", 0, "1"]], { type: 16, name: "m" })).error).toBe("INVALID_REQUEST")
  })

  it("has no effect when it only validates", async () => {
    await using s = await stage()
    expect((await alter(s.talk, [["retention.ms", 0, "5"]], { validateOnly: true })).error).toBe("NONE")
    expect((await s.configs(types.topic, "t")).byName.get("retention.ms")?.configSource).toBe(5)
  })
})

describe("the config tables", () => {
  it.each([...topicConfigs.all(), ...brokerConfigs.all()].map((definition) => [definition.name, definition] as const))(
    "%s accepts its own default and no noise",
    (_, definition) => {
      expect(definition.refuses(definition.default)).toBeUndefined()
      if (definition.type === "int" || definition.type === "long" || definition.type === "short")
        for (const noise of ["", " ", "1.5", "0x10", "1e3", "NaN", "one", "1 ", "--1"])
          expect(definition.refuses(noise), noise).toBeDefined()
      if (definition.type === "boolean")
        for (const noise of ["", "TRUE", "1", "yes"]) expect(definition.refuses(noise), noise).toBeDefined()
    },
  )

  it("suggests the right name for every misspelt config", () => {
    for (const { name } of topicConfigs.all()) expect(topicConfigs.whyRefused(`${name}x`, "1")).toContain(`known one is ${name}`)
  })
})
