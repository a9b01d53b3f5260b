import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { KubeClient } from "./client.ts"
import { attempt, isKubeError } from "./errors.ts"
import type { Clock } from "./ports.ts"
import { resourceTypes } from "./resource-types.ts"
import { FakeClock } from "./testing/fake-clock.ts"
import { json, ScriptedServer, status } from "./testing/scripted-server.ts"

/** A clock whose timers fire at once, and remember how long they would have been. */
class InstantClock implements Clock {
  readonly waits: number[] = []
  monotonic = (): number => 0
  wall = (): number => 0
  after(ms: number, run: () => void): () => void {
    this.waits.push(ms)
    const handle = setImmediate(run)
    return () => clearImmediate(handle)
  }
}

const random = { next: () => 0.5, uuid: () => "" }
const key = { namespace: "default", name: "orders" }
const type = resourceTypes.rivvenTopics
const orders = { apiVersion: "rivven.io/v1alpha1", kind: "RivvenTopic", metadata: key, spec: {} }

async function clientOf(server: ScriptedServer, clock: Clock = new InstantClock()): Promise<KubeClient> {
  return new KubeClient({ server: server.url, token: "t" }, { clock, random })
}

describe("requests", () => {
  it("carry the token and say what they are", async () => {
    await using server = await ScriptedServer.start(json(200, orders))
    const client = await clientOf(server)
    await client.get(type, key)
    expect(server.seen[0]).toMatchObject({
      method: "GET",
      url: "/apis/rivven.io/v1alpha1/namespaces/default/rivventopics/orders",
      headers: { authorization: "Bearer t", accept: "application/json" },
    })
    await client.close()
  })

  it("impersonate a user with several groups", async () => {
    await using server = await ScriptedServer.start(json(200, orders))
    const client = new KubeClient({ server: server.url, token: "t", impersonate: { user: "ada", groups: ["admins", "readers"] } })
    await client.get(type, key)
    expect(server.seen[0]?.headers).toMatchObject({ "impersonate-user": "ada", "impersonate-group": "admins, readers" })
    await client.close()
  })

  it("read a token file again when it is a minute old", async () => {
    const dir = await mkdtemp(join(tmpdir(), "rivven-token-"))
    const tokenFile = join(dir, "token")
    const clock = new FakeClock()
    await using server = await ScriptedServer.start(json(200, orders))
    const client = new KubeClient({ server: server.url, tokenFile }, { clock })
    await writeFile(tokenFile, "one\n")
    await client.get(type, key)
    await writeFile(tokenFile, "two\n")
    clock.advance(59_000)
    await client.get(type, key)
    clock.advance(1_000)
    await client.get(type, key)
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer one", "Bearer one", "Bearer two"])
    await client.close()
    await rm(dir, { recursive: true })
  })

  it("answer undefined for what is not there", async () => {
    await using server = await ScriptedServer.start(status(404, "NotFound"))
    const client = await clientOf(server)
    expect(await client.get(type, key)).toBeUndefined()
    await client.close()
  })
})

describe("retries", () => {
  it("wait as long as the server asks", async () => {
    const clock = new InstantClock()
    await using server = await ScriptedServer.start(status(429, "TooManyRequests", { "retry-after": "7" }), json(200, orders))
    const client = await clientOf(server, clock)
    expect(await client.get(type, key)).toMatchObject({ kind: "RivvenTopic" })
    expect(clock.waits).toEqual([7000])
    await client.close()
  })

  it("go further apart, and end", async () => {
    const clock = new InstantClock()
    await using server = await ScriptedServer.start(status(503, "ServiceUnavailable"))
    const client = await clientOf(server, clock)
    const result = await attempt(() => client.list(type))
    expect(result.ok === false && result.error.code).toBe("ServiceUnavailable")
    expect(clock.waits).toEqual([150, 300, 600, 1200])
    expect(server.seen).toHaveLength(5)
    await client.close()
  })

  it("are made of an apply, which may happen twice, but not of a create, which may not", async () => {
    await using failing = await ScriptedServer.start(status(500, "InternalError"))
    const client = await clientOf(failing)
    await attempt(() => client.create(orders))
    expect(failing.seen).toHaveLength(1)
    await attempt(() => client.apply(orders, { manager: "a" }))
    expect(failing.seen).toHaveLength(6)
    await client.close()
  })

  it("are made of a create that was refused before it had an effect", async () => {
    await using server = await ScriptedServer.start(status(429, "TooManyRequests"), json(201, orders))
    const client = await clientOf(server)
    expect(await client.create(orders)).toMatchObject({ kind: "RivvenTopic" })
    await client.close()
  })

  it("are not made of what will be refused again", async () => {
    await using server = await ScriptedServer.start(status(422, "Invalid"))
    const client = await clientOf(server)
    const result = await attempt(() => client.apply(orders, { manager: "a" }))
    expect(result.ok === false && [result.error.code, result.error.httpStatus]).toEqual(["Invalid", 422])
    expect(server.seen).toHaveLength(1)
    await client.close()
  })

  it("end when the caller does", async () => {
    const clock = new FakeClock()
    await using server = await ScriptedServer.start(status(503, "ServiceUnavailable"))
    const client = await clientOf(server, clock)
    const abort = new AbortController()
    const listing = attempt(() => client.list(type, { signal: abort.signal }))
    while (clock.pending === 0) await new Promise(setImmediate)
    abort.abort()
    const result = await listing
    expect(result.ok === false && result.error.code).toBe("Stopped")
    await client.close()
  })
})

describe("answers that are none", () => {
  it("of a server that is not there name it", async () => {
    const client = new KubeClient({ server: "http://127.0.0.1:9" }, { clock: new InstantClock() })
    const result = await attempt(() => client.list(type))
    expect(result.ok === false && result.error).toMatchObject({
      code: "Unreachable",
      message: expect.stringContaining("http://127.0.0.1:9"),
      retriable: true,
    })
    await client.close()
  })

  it("in plain text keep their text", async () => {
    await using server = await ScriptedServer.start((_seen, response) => {
      response.writeHead(400)
      response.end("content-length missing")
    })
    const client = await clientOf(server)
    const result = await attempt(() => client.list(type))
    expect(result.ok === false && result.error).toMatchObject({ code: "BadRequest", message: "content-length missing" })
    await client.close()
  })

  it("with a good status are refused when they are no list", async () => {
    await using server = await ScriptedServer.start(json(200, { kind: "Something" }))
    const client = await clientOf(server)
    await expect(client.list(type)).rejects.toMatchObject({ code: "BadAnswer" })
    await client.close()
  })

  it("of a kind that nobody knows are not asked for", async () => {
    const client = new KubeClient({ server: "http://127.0.0.1:9" })
    const call = attempt(() => client.create({ apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "a" } }))
    const result = await call
    expect(result.ok === false && isKubeError(result.error, "UnknownKind")).toBe(true)
    await client.close()
  })
})

describe("lists of many pages", () => {
  const page = (names: string[], next?: string) =>
    json(200, { metadata: { resourceVersion: "7", continue: next }, items: names.map((name) => ({ metadata: { name } })) })

  it("are put together", async () => {
    await using server = await ScriptedServer.start(page(["a", "b"], "x"), page(["c"]))
    const client = await clientOf(server)
    const { items } = await client.listAll(type)
    expect(items.map(({ metadata, kind }) => [metadata.name, kind])).toEqual([
      ["a", "RivvenTopic"],
      ["b", "RivvenTopic"],
      ["c", "RivvenTopic"],
    ])
    expect(server.seen[1]?.url).toContain("continue=x")
    await client.close()
  })

  it("start again, in one piece, where the pages expired", async () => {
    await using server = await ScriptedServer.start(page(["a"], "x"), status(410, "Expired"), page(["a", "b", "c"]))
    const client = await clientOf(server)
    expect((await client.listAll(type)).items).toHaveLength(3)
    expect(server.seen[2]?.url).not.toContain("continue")
    await client.close()
  })
})
