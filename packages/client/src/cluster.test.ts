import { ApiVersions, Metadata } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { parseAddress } from "./bootstrap.ts"
import { createClient } from "./client.ts"
import { startScriptedBroker } from "./testing/scripted-broker.ts"

describe("bootstrap", () => {
  it("is not held up by a hung address", async () => {
    await using hung = await startScriptedBroker()
    hung.on(ApiVersions, () => "hang")
    await using good = await startScriptedBroker({ topics: { t: 1 } })
    const client = createClient({ bootstrap: [hung.address, good.address], callTimeoutMs: 5_000 })
    expect(await client.admin.topics.list()).toMatchObject({ ok: true, value: [{ name: "t" }] })
    await client.close()
  })

  it("goes on to the next address at once when one refuses", async () => {
    const gone = await startScriptedBroker()
    await gone[Symbol.asyncDispose]()
    await using good = await startScriptedBroker({ topics: { t: 1 } })
    const client = createClient({ bootstrap: [gone.address, good.address] })
    expect((await client.admin.topics.list()).ok).toBe(true)
    await client.close()
  })

  it("answers what is wrong with each address when none can be reached", async () => {
    const gone = await startScriptedBroker()
    await gone[Symbol.asyncDispose]()
    const client = createClient({ bootstrap: [gone.address], callTimeoutMs: 300 })
    const answer = await client.admin.topics.list()
    expect(answer).toMatchObject({ ok: false, error: { code: "NO_BROKER", retriable: true } })
    expect(!answer.ok && answer.error.message).toContain(gone.address)
    await client.close()
  })

  it("names the address that cannot be parsed", async () => {
    const client = createClient({ bootstrap: ["localhost:99999"] })
    const answer = await client.admin.topics.list()
    expect(answer).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
    expect(!answer.ok && answer.error.message).toContain('"localhost:99999"')
    await client.close()
  })

  it.each([
    ["broker", { host: "broker", port: 9292 }],
    ["10.0.0.1:9092", { host: "10.0.0.1", port: 9092 }],
    ["[::1]:9092", { host: "::1", port: 9092 }],
  ])("reads %s", (text, address) => {
    expect(parseAddress(text)).toEqual({ ok: true, value: address })
  })

  it.each(["", "a b:1", "host:0", "host:x", "::1:9092", "http://host:1"])("refuses %j", (text) => {
    expect(parseAddress(text)).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
  })
})

describe("metadata", () => {
  it("leaves out brokers that advertise no usable address instead of failing", async () => {
    await using broker = await startScriptedBroker()
    broker.on(Metadata, () => ({
      brokers: [
        { nodeId: 1, host: "127.0.0.1", port: broker.port },
        { nodeId: 2, host: "127.0.0.1", port: 700_000 },
        { nodeId: 3, host: "", port: 1 },
      ],
      topics: [],
    }))
    const client = createClient({ bootstrap: [broker.address] })
    const groups = await client.admin.groups.list({ timeoutMs: 500 })
    expect(groups.ok).toBe(false)
    expect(broker.requests.filter(({ api }) => api.name === "ListGroups").length).toBeGreaterThan(0)
    await client.close()
  })

  it("reconnects after the connection was dropped", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 2 } })
    const client = createClient({ bootstrap: [broker.address] })
    expect((await client.admin.topics.list()).ok).toBe(true)
    broker.dropConnections()
    expect((await client.admin.topics.list()).ok).toBe(true)
    await client.close()
  })

  it("answers CLOSED after close", async () => {
    await using broker = await startScriptedBroker()
    const client = createClient({ bootstrap: [broker.address] })
    await client.close()
    expect(await client.admin.topics.list()).toMatchObject({ ok: false, error: { code: "CLOSED" } })
  })
})
