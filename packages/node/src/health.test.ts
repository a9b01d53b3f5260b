import { afterEach, describe, expect, it } from "vitest"
import { type Health, type HealthServer, startHealthServer } from "./health.ts"

let server: HealthServer | undefined
afterEach(async () => {
  await server?.stop()
})

async function start(health: Health): Promise<string> {
  server = await startHealthServer({
    listen: { host: "127.0.0.1", port: 0 },
    metricsPath: "/metrics",
    health: () => health,
    metrics: async () => ({ contentType: "text/plain; version=0.0.4", body: "rivven_up 1\n" }),
  })
  return `http://127.0.0.1:${server.address.port}`
}

describe("health listener", () => {
  it("answers each probe by its own flag and gives the reason", async () => {
    const url = await start({ live: true, ready: false, started: true, reason: "recovering 3 partitions" })
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect((await fetch(`${url}/health/startup`)).status).toBe(200)
    const ready = await fetch(`${url}/health/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({ ok: false, reason: "recovering 3 partitions" })
  })

  it("serves the metrics page", async () => {
    const url = await start({ live: true, ready: true, started: true })
    expect(await (await fetch(`${url}/metrics`)).text()).toBe("rivven_up 1\n")
  })

  it("names the known paths for an unknown one and refuses other methods", async () => {
    const url = await start({ live: true, ready: true, started: true })
    const missing = await fetch(`${url}/nothing`)
    expect(missing.status).toBe(404)
    expect(await missing.text()).toContain("/health/live, /health/ready, /health/startup, /metrics")
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405)
  })

  it("answers PORT_TAKEN naming the port", async () => {
    const url = await start({ live: true, ready: true, started: true })
    const port = Number(new URL(url).port)
    await expect(
      startHealthServer({
        listen: { host: "127.0.0.1", port },
        metricsPath: "/metrics",
        health: () => ({ live: true, ready: true, started: true }),
        metrics: async () => ({ contentType: "", body: "" }),
      }),
    ).rejects.toMatchObject({ code: "PORT_TAKEN", message: `port ${port} on 127.0.0.1 is taken` })
  })
})
