import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startTempApi, type TempApi } from "@rivven/kube/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ConsoleConfig, type RunningConsole, startConsole } from "./start.ts"

let api: TempApi
const uiDir = mkdtempSync(join(tmpdir(), "rivven-ui-"))
beforeAll(async () => {
  api = await startTempApi()
  for (const name of ["index.html", "404.html", "login.html"]) writeFileSync(join(uiDir, name), "<html><script>1</script></html>")
})
afterAll(() => api[Symbol.asyncDispose]())

function config(more: Partial<ConsoleConfig> = {}): ConsoleConfig {
  return {
    listen: { host: "127.0.0.1", port: 0 },
    uiDir,
    dataDir: mkdtempSync(join(tmpdir(), "rivven-console-")),
    kube: { server: api.server, ca: api.caPem, token: api.token },
    metricsTargets: [],
    ...more,
  }
}

async function signIn({ url, createSignInLink }: RunningConsole): Promise<Record<string, string>> {
  const headers = { origin: url, "x-rivven": "1", "content-type": "application/json" }
  const key = (await createSignInLink()).split("#k=")[1]
  const answer = await fetch(`${url}/auth/link`, { method: "POST", headers, body: JSON.stringify({ key }) })
  return { ...headers, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" }
}

describe("starting", () => {
  it("names the port that is taken", async () => {
    const first = await startConsole(config())
    const port = Number(new URL(first.url).port)
    await expect(startConsole(config({ listen: { host: "127.0.0.1", port } }))).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: `port ${port} on 127.0.0.1 is already in use`,
    })
    await first.stop()
  })

  it("serves only this machine, and only an exported console", async () => {
    await expect(startConsole(config({ listen: { host: "0.0.0.0", port: 0 } }))).rejects.toThrow("cannot listen on 0.0.0.0")
    await expect(startConsole(config({ uiDir: mkdtempSync(join(tmpdir(), "rivven-empty-")) }))).rejects.toThrow("no exported console")
  })

  it("answers although neither resource API nor broker do, and says so", async () => {
    const running = await startConsole(config({ kube: { server: "https://127.0.0.1:1", ca: api.caPem, token: "x" } }))
    const headers = await signIn(running)
    expect((await fetch(`${running.url}/healthz/ready`)).status).toBe(200)
    const answer = (await (await fetch(`${running.url}/api/trpc/clusters.list`, { headers })).json()) as {
      result: { data: { complete: boolean; degraded: unknown[] } }
    }
    expect(answer.result.data).toMatchObject({ complete: false, degraded: [{ source: "resources" }] })
    await running.stop()
  })
})

describe("stopping", () => {
  it("tells streams to come back, ends them, and is gone within two seconds", async () => {
    const running = await startConsole(config())
    const headers = await signIn(running)
    const input = encodeURIComponent(JSON.stringify({ keys: [] }))
    const stream = await fetch(`${running.url}/api/trpc/live.stream?input=${input}`, {
      headers: { ...headers, accept: "text/event-stream" },
    })
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    while (!text.includes("hello")) text += (await reader.read()).value ?? ""
    const startedAt = performance.now()
    const stopped = running.stop()
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
    expect(text).toContain('"reason":"draining"')
    expect(text).not.toContain("event: return")
    await stopped
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    await expect(fetch(running.url)).rejects.toThrow()
  })

  it("keeps who was signed in, and what they chose, for the next start", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "rivven-console-"))
    const first = await startConsole(config({ dataDir }))
    const headers = await signIn(first)
    const chosen = await fetch(`${first.url}/api/trpc/session.setPreferences`, { method: "POST", headers, body: '{"theme":"dark"}' })
    expect(chosen.status).toBe(200)
    const port = Number(new URL(first.url).port)
    await first.stop()
    const second = await startConsole(config({ dataDir, listen: { host: "127.0.0.1", port } }))
    const me = (await (await fetch(`${second.url}/api/trpc/session.me`, { headers })).json()) as {
      result: { data: { data: { preferences: { theme: string } } } }
    }
    expect(me.result.data.data.preferences.theme).toBe("dark")
    await second.stop()
  })

  it("ends the streams of a session that is revoked, at once", async () => {
    const running = await startConsole(config())
    const [mine, other] = [await signIn(running), await signIn(running)]
    const input = encodeURIComponent(JSON.stringify({ keys: [] }))
    const stream = await fetch(`${running.url}/api/trpc/live.stream?input=${input}`, { headers: { ...mine, accept: "text/event-stream" } })
    const text = stream.text()
    const sessions = (await (await fetch(`${running.url}/api/trpc/session.list`, { headers: other })).json()) as {
      result: { data: { data: { id: string; isCurrent: boolean }[] } }
    }
    const id = sessions.result.data.data.find(({ isCurrent }) => !isCurrent)?.id
    await fetch(`${running.url}/api/trpc/session.revoke`, { method: "POST", headers: other, body: JSON.stringify({ id }) })
    expect(await text).toContain('"type":"signedOut"')
    expect((await fetch(`${running.url}/api/trpc/session.me`, { headers: mine })).status).toBe(401)
    await running.stop()
  })
})
