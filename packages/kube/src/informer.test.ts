import { describe, expect, it } from "vitest"
import { KubeClient } from "./client.ts"
import { topic } from "./contract/api-under-test.ts"
import { Informer, type InformerOptions } from "./informer.ts"
import type { AnyObject } from "./object.ts"
import { resourceTypes } from "./resource-types.ts"
import { FakeClock } from "./testing/fake-clock.ts"
import { events, json, ScriptedServer, status } from "./testing/scripted-server.ts"
import { startTempApi } from "./testing/temp-api.ts"

type Topic = AnyObject & { spec: { clusterRef: { name: string }; partitions?: number } }

const type = resourceTypes.rivvenTopics
const inDefault = (name: string, spec: object = {}): AnyObject => topic(name, spec, { namespace: "default" })

/** Collects changes, and resolves once enough came. */
function recorder(informer: Informer<Topic>) {
  const changes: string[] = []
  let wake: () => void = () => undefined
  const name = (object: Topic | undefined): string => (object ? `${object.metadata.name}/${object.spec?.partitions ?? "-"}` : "-")
  informer.onChange((before, after) => {
    changes.push(`${name(before)} > ${name(after)}`)
    wake()
  })
  return {
    changes,
    until: async (count: number): Promise<string[]> => {
      while (changes.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return changes
    },
  }
}

function informerOf(client: KubeClient, options: Partial<InformerOptions<Topic>> = {}): Informer<Topic> {
  return new Informer<Topic>({ client, type, freeze: true, ...options })
}

describe("Informer", () => {
  it("holds what is there and follows what happens", async () => {
    await using api = await startTempApi()
    await api.client.create(inDefault("orders", { partitions: 1 }))
    const informer = informerOf(api.client)
    const { until } = recorder(informer)
    expect(informer.hasSynced).toBe(false)
    informer.start()
    await informer.synced()
    expect(informer.get("default/orders")?.spec.partitions).toBe(1)
    await api.client.apply(inDefault("orders", { partitions: 2 }), { manager: "a", force: true })
    await api.client.remove(type, { namespace: "default", name: "orders" })
    expect(await until(3)).toEqual(["- > orders/1", "orders/1 > orders/2", "orders/2 > -"])
    expect(informer.size).toBe(0)
    await informer.stop()
  })

  it("finds objects by their indices, as these change", async () => {
    await using api = await startTempApi()
    const informer = informerOf(api.client, { indices: { cluster: ({ spec }) => [spec.clusterRef.name] } }).start()
    const { until } = recorder(informer)
    await informer.synced()
    await api.client.create(inDefault("orders", { clusterRef: { name: "one" } }))
    await api.client.create(inDefault("payments", { clusterRef: { name: "two" } }))
    await until(2)
    expect(informer.by("cluster", "one").map(({ metadata }) => metadata.name)).toEqual(["orders"])
    await api.client.remove(type, { namespace: "default", name: "orders" })
    await until(3)
    expect(informer.by("cluster", "one")).toEqual([])
    await informer.stop()
  })

  it("tells a late handler of everything that is there", async () => {
    await using api = await startTempApi()
    await api.client.create(inDefault("orders"))
    const informer = informerOf(api.client).start()
    await informer.synced()
    expect(recorder(informer).changes).toEqual(["- > orders/-"])
    await informer.stop()
  })

  it("drops managed fields unless they are wanted, and freezes what it shares", async () => {
    await using api = await startTempApi()
    await api.client.create(inDefault("orders"))
    const [plain, full] = [informerOf(api.client).start(), informerOf(api.client, { keepManagedFields: true }).start()]
    await Promise.all([plain.synced(), full.synced()])
    expect(plain.get("default/orders")?.metadata.managedFields).toBeUndefined()
    expect(full.get("default/orders")?.metadata.managedFields).toHaveLength(1)
    expect(Object.isFrozen(plain.get("default/orders")?.spec)).toBe(true)
    await Promise.all([plain.stop(), full.stop()])
  })

  it("selects by namespace and label", async () => {
    await using api = await startTempApi()
    await api.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } })
    await api.client.create(topic("orders", {}, { namespace: "default", labels: { team: "a" } }))
    await api.client.create(topic("payments", {}, { namespace: "default", labels: { team: "b" } }))
    await api.client.create(topic("foreign", {}, { namespace: "other", labels: { team: "a" } }))
    const informer = informerOf(api.client, { selection: { namespace: "default", labelSelector: "team=a" } }).start()
    await informer.synced()
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(["orders"])
    await informer.stop()
  })

  it("catches up after the server was away, and says when contact was lost and is back", async () => {
    const api = await startTempApi()
    const port = Number(new URL(api.server).port)
    await api.client.create(inDefault("orders", { partitions: 1 }))
    await api.client.create(inDefault("gone"))
    const client = new KubeClient({ server: api.server, ca: api.caPem, token: api.token })
    const informer = informerOf(client, { ports: { random: { next: () => 0, uuid: () => "" } } }).start()
    const { changes, until } = recorder(informer)
    const contact: boolean[] = []
    const lost = new Promise<void>((resolve) => {
      informer.onFreshness(({ error }) => {
        contact.push(error === undefined)
        if (error) resolve()
      })
    })
    await informer.synced()
    await api.stop()
    await lost
    const again = await startTempApi({ dir: api.dir, listen: { host: "127.0.0.1", port } })
    await again.client.remove(type, { namespace: "default", name: "gone" })
    await again.client.apply(inDefault("orders", { partitions: 5 }), { manager: "a", force: true })
    await until(4)
    expect(new Set(changes.slice(2))).toEqual(new Set(["gone/- > -", "orders/1 > orders/5"]))
    expect(contact.at(0)).toBe(true)
    expect(contact).toContain(false)
    expect(informer.freshness.error).toBeUndefined()
    await informer.stop()
    await client.close()
    await again[Symbol.asyncDispose]()
  }, 60_000)
})

const item = (name: string, resourceVersion: string, extra: object = {}) => ({
  apiVersion: "rivven.io/v1alpha1",
  kind: "RivvenTopic",
  metadata: { name, namespace: "default", uid: `uid-${name}`, resourceVersion, ...extra },
  spec: { clusterRef: { name: "local" } },
})
const listOf = (resourceVersion: string, ...items: object[]) =>
  json(200, { kind: "List", apiVersion: "v1", metadata: { resourceVersion }, items })
const open = (...lines: object[]) => events(lines, { ends: false })
const added = (object: object) => ({ type: "ADDED", object })

describe("Informer against a server with troubles", () => {
  async function follow(server: ScriptedServer, options: { clock?: FakeClock; resyncMs?: number } = {}) {
    const clock = options.clock ?? new FakeClock()
    const ports = { clock, random: { next: () => 0.5, uuid: () => "" } }
    const client = new KubeClient({ server: server.url }, ports)
    const informer = informerOf(client, { ports, resyncMs: options.resyncMs }).start()
    const record = recorder(informer)
    return { informer, clock, ...record, stop: async () => await Promise.all([informer.stop(), client.close()]) }
  }

  /** Lets waits between attempts pass until the server has seen so many requests; the guard of a silent watch is not let fire. */
  async function requests(server: ScriptedServer, count: number, clock: FakeClock): Promise<void> {
    while (server.seen.length < count) {
      await new Promise(setImmediate)
      const { nextMs } = clock
      if (nextMs !== undefined && nextMs <= 60_000) clock.advance(nextMs)
    }
  }

  it("lists again when its version expired, told by an event or by the status", async () => {
    const expired = { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old" } }
    await using server = await ScriptedServer.start(
      listOf("10", item("a", "5")),
      events([expired], { ends: true }),
      listOf("20", item("b", "15")),
      status(410, "Gone"),
      listOf("30", item("c", "25")),
      open(),
    )
    const { until, stop, clock } = await follow(server)
    await requests(server, 6, clock)
    expect(await until(5)).toEqual(["- > a/-", "a/- > -", "- > b/-", "b/- > -", "- > c/-"])
    await stop()
  })

  it("goes on from the last bookmark, without a new list", async () => {
    const bookmark = { type: "BOOKMARK", object: { kind: "RivvenTopic", metadata: { resourceVersion: "99" } } }
    await using server = await ScriptedServer.start(listOf("10"), events([bookmark], { ends: true }), open(added(item("a", "100"))))
    const { until, stop, clock } = await follow(server)
    await requests(server, 3, clock)
    await until(1)
    expect(server.seen[2]?.url).toContain("resourceVersion=99")
    expect(server.seen[2]?.url).toContain("allowWatchBookmarks=true")
    await stop()
  })

  it("keeps trying through every sort of error", async () => {
    await using server = await ScriptedServer.start(
      (_seen, response) => void response.destroy(),
      json(200, { nothing: true }),
      status(403, "Forbidden"),
      listOf("10", item("a", "5")),
      status(403, "Forbidden"),
      listOf("10", item("a", "5")),
      (_seen, response) => {
        response.writeHead(200)
        response.end("this is not JSON\n")
      },
      listOf("11", item("a", "5")),
      open(added(item("b", "12"))),
    )
    const { until, stop, clock } = await follow(server)
    await requests(server, 9, clock)
    expect(await until(2)).toEqual(["- > a/-", "- > b/-"])
    await stop()
  })

  it("lists again when the server has gone back in time", async () => {
    const tooLarge = {
      kind: "Status",
      code: 504,
      reason: "Timeout",
      message: "Too large resource version",
      details: { causes: [{ reason: "ResourceVersionTooLarge" }] },
    }
    await using server = await ScriptedServer.start(listOf("900", item("a", "5")), json(504, tooLarge), listOf("3", item("b", "2")), open())
    const { until, stop, clock } = await follow(server)
    await requests(server, 4, clock)
    expect(await until(3)).toEqual(["- > a/-", "a/- > -", "- > b/-"])
    await stop()
  })

  it("gives up a watch that fell silent beyond its time", async () => {
    await using server = await ScriptedServer.start(listOf("10"), open(), open(added(item("a", "11"))))
    const { until, stop, clock } = await follow(server)
    while (server.seen.length < 2) await new Promise(setImmediate)
    clock.advance(300_000)
    expect(server.seen).toHaveLength(2)
    clock.advance(70_000)
    await requests(server, 3, clock)
    await until(1)
    await stop()
  })

  it("sees an object that was made again under its name as two changes", async () => {
    await using server = await ScriptedServer.start(
      listOf("10", item("a", "5")),
      open({ type: "MODIFIED", object: item("a", "12", { uid: "another" }) }),
    )
    const { until, stop, clock } = await follow(server)
    await requests(server, 2, clock)
    expect(await until(3)).toEqual(["- > a/-", "a/- > -", "- > a/-"])
    await stop()
  })

  it("is not moved by the same version twice", async () => {
    await using server = await ScriptedServer.start(listOf("10", item("a", "5")), open(added(item("a", "5")), added(item("b", "11"))))
    const { until, stop, clock } = await follow(server)
    await requests(server, 2, clock)
    expect(await until(2)).toEqual(["- > a/-", "- > b/-"])
    await stop()
  })

  it("repeats everything to its handlers at the resync", async () => {
    await using server = await ScriptedServer.start(listOf("10", item("a", "5")), open())
    const { informer, until, stop, clock } = await follow(server, { resyncMs: 600_000 })
    await informer.synced()
    clock.advance(600_000)
    clock.advance(60_000)
    expect(await until(2)).toEqual(["- > a/-", "a/- > a/-"])
    await stop()
  })
})
