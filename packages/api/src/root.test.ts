// The security matrix, from the router: whatever procedure is added is in it.
import { mkdtempSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startTempApi } from "@rivven/kube/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { appRouter } from "./root.ts"
import { type RunningConsole, startConsole } from "./start.ts"

type Kind = "query" | "mutation" | "subscription"
const all = appRouter._def.procedures as unknown as Record<string, { _def: { type: Kind; meta?: { verb: string; effect: string } } }>
const procedures = Object.entries(all).map(([path, { _def }]) => ({ path, ..._def }))
const queries = procedures.filter(({ type }) => type === "query")
const mutations = procedures.filter(({ type }) => type === "mutation")

const page = '<!DOCTYPE html><html><head><script src="/_next/static/a.js"></script></head><body>shell</body></html>'
let running: RunningConsole
let origin: string
let cookie: string
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  const api = stack.use(await startTempApi())
  const uiDir = mkdtempSync(join(tmpdir(), "rivven-ui-"))
  for (const name of ["index.html", "404.html"]) writeFileSync(join(uiDir, name), page)
  running = await startConsole({
    listen: { host: "127.0.0.1", port: 0 },
    uiDir,
    dataDir: mkdtempSync(join(tmpdir(), "rivven-console-")),
    kube: { server: api.server, ca: api.caPem, token: api.token },
    metricsTargets: [],
  })
  stack.defer(() => running.stop())
  origin = running.url
  cookie = await signIn()
})
afterAll(() => stack.disposeAsync())

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Node's client lets a test say what a browser would not: Host, Origin, fetch metadata. */
function ask(
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
        // Streams do not end by themselves.
        if (response.headers["content-type"]?.startsWith("text/event-stream")) response.destroy()
      })
      response.on("close", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

const post = (path: string, headers: Record<string, string>, body = "{}") => ask(path, { method: "POST", headers, body })
const good = () => ({ origin, cookie, "x-rivven": "1", "content-type": "application/json", "sec-fetch-site": "same-origin" })
const anonymous = () => ({ ...good(), cookie: "" })

async function signIn(): Promise<string> {
  const link = await running.createSignInLink()
  const answer = await post("/auth/link", { ...good(), cookie: "" }, JSON.stringify({ key: link.split("#k=")[1] }))
  expect(answer.status).toBe(200)
  return String(answer.headers["set-cookie"]).split(";")[0] ?? ""
}

describe("every procedure", () => {
  it("declares its permission", () => {
    expect(procedures.length).toBeGreaterThan(25)
    for (const { path, type, meta } of procedures) {
      expect(meta, path).toBeDefined()
      expect(type === "mutation", path).toBe(meta?.effect !== "none")
    }
  })

  it.each(procedures)("$path gives anonymous nothing", async ({ path, type }) => {
    const url = `/api/trpc/${path}?input=${encodeURIComponent("{}")}`
    const accept: Record<string, string> = type === "subscription" ? { accept: "text/event-stream" } : {}
    const answer =
      type === "mutation" ? await post(`/api/trpc/${path}`, anonymous()) : await ask(url, { headers: { ...anonymous(), ...accept } })
    expect(answer.text).toContain("NOT_SIGNED_IN")
    expect(answer.text).not.toContain('"result"')
    if (type !== "subscription") expect(answer.status).toBe(401)
  })

  it.each(procedures)("$path gives a made-up session nothing", async ({ path, type }) => {
    const forged = { ...good(), cookie: `${cookie.split("=")[0]}=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` }
    const answer = type === "mutation" ? await post(`/api/trpc/${path}`, forged) : await ask(`/api/trpc/${path}`, { headers: forged })
    expect(answer.text).toContain("NOT_SIGNED_IN")
  })

  it("gives anonymous nothing in a batch either", async () => {
    const paths = queries.slice(0, 20).map(({ path }) => path)
    const answer = await ask(`/api/trpc/${paths.join(",")}?batch=1&input=${encodeURIComponent("{}")}`, { headers: anonymous() })
    const answers = JSON.parse(answer.text) as { error?: { data: { code: string } } }[]
    expect(answers.map(({ error }) => error?.data.code)).toEqual(paths.map(() => "UNAUTHORIZED"))
  })
})

describe("every mutation", () => {
  it.each(mutations)("$path is refused from a foreign origin, in a form, as plain text and without our header", async ({ path }) => {
    const url = `/api/trpc/${path}`
    const foreign = { ...good(), origin: "http://evil.example" }
    expect((await post(url, foreign)).status).toBe(403)
    expect((await post(url, { ...good(), "sec-fetch-site": "cross-site" })).status).toBe(403)
    expect((await post(url, { ...good(), "x-rivven": "" })).status).toBe(403)
    expect((await post(url, { ...good(), "content-type": "text/plain" })).status).toBe(415)
    expect((await post(url, { ...good(), "content-type": "application/x-www-form-urlencoded" })).status).toBe(415)
  })

  it.each(mutations)("$path is refused as a GET", async ({ path }) => {
    const answer = await ask(`/api/trpc/${path}?input=${encodeURIComponent("{}")}`, { headers: good() })
    expect(answer.status).toBe(405)
    expect((await ask(`/api/trpc/${path}`, { method: "PUT", headers: good(), body: "{}" })).status).toBe(405)
  })

  it("cannot be reached through a method override", async () => {
    const answer = await ask("/api/trpc/session.revoke?_method=POST", { headers: { ...good(), "x-http-method-override": "POST" } })
    expect(answer.status).toBe(405)
  })
})

describe("every query", () => {
  it.each(queries)("$path gives a foreign page nothing", async ({ path }) => {
    const url = `/api/trpc/${path}?input=${encodeURIComponent("{}")}`
    expect((await ask(url, { headers: { ...good(), "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" } })).status).toBe(403)
    expect((await ask(url, { headers: { ...good(), "sec-fetch-mode": "navigate" } })).status).toBe(403)
  })

  it("is not answered as a POST", async () => {
    expect((await post("/api/trpc/session.me", good())).status).toBe(405)
  })
})

describe("the server", () => {
  it("answers only as itself", async () => {
    for (const host of ["evil.example", `evil.example:${new URL(origin).port}`, "127.0.0.1:1"])
      for (const path of ["/", "/api/trpc/session.me", "/auth/link"])
        expect((await ask(path, { headers: { ...good(), host } })).status).toBe(421)
    const { port } = new URL(origin)
    expect((await ask("/", { headers: { host: `localhost:${port}` } })).status).toBe(200)
  })

  it("serves the shell with a fresh nonce, our policy and no data", async () => {
    const [first, second] = [await ask("/"), await ask("/")]
    const nonceOf = ({ text }: Answer) => /<script nonce="([^"]{24})"/.exec(text)?.[1] ?? ""
    expect(nonceOf(first)).not.toBe(nonceOf(second))
    expect(first.headers["content-security-policy"]).toContain(`script-src 'nonce-${nonceOf(first)}' 'strict-dynamic'`)
    expect(first.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    })
    expect(first.headers["access-control-allow-origin"]).toBeUndefined()
  })

  it("has the security headers on every kind of answer", async () => {
    for (const path of ["/", "/nothing", "/api/trpc/session.me", "/auth/link", "/healthz", "/_next/static/none.js"]) {
      const { headers } = await ask(path, { headers: good() })
      expect(headers["x-content-type-options"], path).toBe("nosniff")
      expect(headers["content-security-policy"], path).toContain("frame-ancestors 'none'")
    }
  })

  it.each([
    "/../package.json",
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//etc/passwd",
    "/index.rsc",
    "/_next/../index.html",
    "/%00",
  ])("answers %s with the 404 page", async (path) => {
    const answer = await ask(path)
    expect(answer.status).toBe(404)
    expect(answer.text).toContain("shell")
  })

  it("refuses server actions, uploads and methods it does not know", async () => {
    expect((await post("/", { ...good(), "next-action": "abc" })).status).toBe(405)
    for (const method of ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]) expect((await ask("/", { method })).status).toBe(405)
  })

  it("refuses a body above a megabyte and a batch above twenty", async () => {
    expect((await post("/api/trpc/topics.plan", good(), "x".repeat(1_100_000))).status).toBe(413)
    const many = Array.from({ length: 21 }, () => "session.me").join(",")
    expect((await ask(`/api/trpc/${many}?batch=1`, { headers: good() })).status).toBe(413)
  })

  it("refuses malformed addresses and bodies with a sentence, and lives", async () => {
    for (const path of ["/api/trpc/%", "/api/trpc/nothing", "/api/trpc/", "/api/nothing", "/auth/nothing"])
      expect((await ask(path, { headers: good() })).status).toBeLessThan(500)
    const broken = await post("/api/trpc/topics.plan", good(), "{")
    expect(broken.status).toBe(400)
    const proto = await post("/api/trpc/session.setPreferences", good(), '{"__proto__":{"theme":"dark"},"constructor":1}')
    expect(proto.status).toBe(200)
    expect(JSON.parse(proto.text).result.data.theme).toBe("system")
    expect((await ask("/healthz/ready")).status).toBe(200)
  })

  it("names the field of an input that it does not take", async () => {
    const answer = await post("/api/trpc/topics.planDelete", good(), JSON.stringify({ cluster: "local", topic: 7 }))
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text).error.data.rivven).toMatchObject({ code: "BAD_INPUT", path: "topic" })
  })
})

describe("sign-in", () => {
  it("works once per link", async () => {
    const key = (await running.createSignInLink()).split("#k=")[1]
    const [first, second] = await Promise.all([1, 2].map(() => post("/auth/link", anonymous(), JSON.stringify({ key }))))
    expect([first?.status, second?.status].sort((a = 0, b = 0) => a - b)).toEqual([200, 401])
  })

  it("sets a cookie that scripts and other sites do not get, and ends with signing out", async () => {
    const key = (await running.createSignInLink()).split("#k=")[1]
    const answer = await post("/auth/link", anonymous(), JSON.stringify({ key }))
    const header = String(answer.headers["set-cookie"])
    expect(header).toMatch(/^rivven-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
    const own = { ...good(), cookie: header.split(";")[0] ?? "" }
    expect((await ask("/api/trpc/session.me", { headers: own })).status).toBe(200)
    expect((await post("/auth/sign-out", own)).status).toBe(200)
    expect((await ask("/api/trpc/session.me", { headers: own })).status).toBe(401)
  })

  it("is refused from a foreign page, and slows guessing down", async () => {
    expect((await post("/auth/link", { ...anonymous(), origin: "http://evil.example" })).status).toBe(403)
    expect((await ask("/auth/link", { headers: anonymous() })).status).toBe(405)
    const guesses = []
    for (let at = 0; at < 8; at++) guesses.push((await post("/auth/link", anonymous(), JSON.stringify({ key: "guess" }))).status)
    expect(guesses.at(-1)).toBe(429)
  })
})

describe("answers", () => {
  it("come compressed where the browser takes it", async () => {
    const answer = await ask("/api/trpc/session.me", { headers: { ...good(), "accept-encoding": "gzip" } })
    expect(answer.headers["content-encoding"]).toBe("gzip")
    expect((await ask("/api/trpc/session.me", { headers: good() })).headers["content-encoding"]).toBeUndefined()
  })
})
