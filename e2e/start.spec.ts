import { once } from "node:events"
import { rmSync } from "node:fs"
import { createServer } from "node:net"
import { expect, test } from "@playwright/test"
import { spawnRivven, startRivven, temporaryFolder } from "./fixtures/rivven.ts"

test.describe("starting and stopping", () => {
  test("prints one line of JSON with every address when everything is ready", async () => {
    await using rivven = await startRivven()
    expect(Object.keys(rivven.ready).sort()).toEqual(
      ["console", "dataDir", "kafka", "kubeconfig", "metrics", "pid", "resourceApi", "signInLink", "version"].sort(),
    )
    expect(rivven.ready.kafka).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(rivven.ready.signInLink).toMatch(new RegExp(`^${rivven.ready.console}/login#k=[\\w-]{43,}$`))
    expect((await fetch(`${rivven.ready.metrics}/health/ready`)).status).toBe(200)
    expect((await fetch(`${rivven.ready.console}/healthz/ready`)).status).toBe(200)
  })

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} drains and exits 0`, async () => {
      await using rivven = await startRivven()
      const started = Date.now()
      expect(await rivven.stop(signal)).toBe(0)
      expect(Date.now() - started).toBeLessThan(10_000)
    })
  }

  test("a taken port names the port and the flag that changes it", async () => {
    const holder = createServer().listen(0, "127.0.0.1")
    await once(holder, "listening")
    const { port } = holder.address() as { port: number }
    for (const flag of ["--kafka-listen", "--console-listen", "--metrics-listen", "--api-listen"]) {
      const { code, stderr } = await failingUp([flag, `127.0.0.1:${port}`])
      expect(code).toBe(2)
      expect(stderr).toContain(`port ${port}`)
      expect(stderr).toContain(flag)
    }
    holder.close()
  })

  test("a locked data directory says who holds it, and --link gives a link of the running one", async ({ page }) => {
    await using rivven = await startRivven()
    const { code, stderr } = await failingUp([], rivven.ready.dataDir)
    expect(code).toBe(3)
    expect(stderr).toContain(rivven.ready.dataDir)
    expect(stderr).toContain(`process ${rivven.ready.pid}`)
    const link = spawnRivven(["up", "--link", "--data-dir", rivven.ready.dataDir])
    let stdout = ""
    link.stdout?.on("data", (chunk) => (stdout += chunk))
    await once(link, "exit")
    expect(stdout.trim()).toMatch(/\/login#k=/)
    expect(stdout.trim()).not.toBe(rivven.ready.signInLink)
    await page.goto(stdout.trim())
    await expect(page.getByRole("navigation").getByRole("link", { name: "Topics" })).toBeVisible()
  })

  test("a wrong flag names what is accepted", async () => {
    for (const [flag, value, accepted] of [
      ["--kafka-listen", "9292", "host:port"],
      ["--durability", "never", "fsync, os or interval"],
      ["--output", "xml", "text, json"],
    ] as const) {
      const { code, stderr } = await failingUp([flag, value])
      expect(code).toBe(1)
      expect(stderr).toContain(flag)
      expect(stderr).toContain(accepted)
    }
  })

  test("a sign-in link works once", async ({ page, browser }) => {
    await using rivven = await startRivven()
    await page.goto(rivven.ready.signInLink)
    await expect(page.getByRole("navigation").getByRole("link", { name: "Topics" })).toBeVisible()
    expect(page.url()).not.toContain("#k=")
    const other = await (await browser.newContext()).newPage()
    await other.goto(rivven.ready.signInLink)
    await expect(other.getByText("rivven up --link")).toBeVisible()
    await other.context().close()
  })
})

async function failingUp(args: string[], given?: string): Promise<{ code: number | null; stderr: string }> {
  const dataDir = given ?? temporaryFolder()
  const ports = ["--kafka-listen", "--console-listen", "--metrics-listen", "--api-listen"]
    .filter((flag) => !args.includes(flag))
    .flatMap((flag) => [flag, "127.0.0.1:0"])
  const child = spawnRivven(["up", "--data-dir", dataDir, ...ports, ...args])
  let stderr = ""
  child.stderr?.on("data", (chunk) => (stderr += chunk))
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000)
  const [code] = await once(child, "exit")
  clearTimeout(timer)
  if (!given) rmSync(dataDir, { recursive: true, force: true })
  return { code, stderr }
}
