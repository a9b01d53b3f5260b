import { rmSync } from "node:fs"
import type { Page, Route } from "@playwright/test"
import { expect, signIn, test } from "./fixtures/console.ts"
import { produce } from "./fixtures/kcat.ts"
import { startRivven, temporaryFolder } from "./fixtures/rivven.ts"
import { AlertsPage } from "./pages/alerts-page.ts"
import { GroupsPage } from "./pages/groups-page.ts"
import { Shell } from "./pages/shell.ts"
import { TopicsPage } from "./pages/topics-page.ts"

test.describe("a screen without news", () => {
  test("empty: says why, and the one next action", async ({ page }) => {
    await using rivven = await startRivven()
    await signIn(page, rivven.ready.signInLink)
    const shell = new Shell(page)
    await shell.link("Topics").click()
    await expect(page.getByText("No topics yet")).toBeVisible()
    await expect(shell.main.getByRole("link", { name: "Create topic" })).toHaveCount(2)
    await shell.link("Groups").click()
    await expect(page.getByText("No consumer groups yet")).toBeVisible()
    await shell.link("Alerts").click()
    await expect(shell.main.getByText("No alert fires", { exact: true })).toBeVisible()
    await expect(new AlertsPage(page).rules.getByRole("row")).not.toHaveCount(1)
  })

  test("no match: names the filter and offers to clear it", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["x"])
    const topics = new TopicsPage(page)
    await topics.open({ q: "nothing-is-called-this" })
    await expect(page.getByText("No topic matches nothing-is-called-this")).toBeVisible()
    await page.getByRole("button", { name: "Clear the filter" }).click()
    await new Shell(page).search.hover() // rows are held back as long as the pointer is over them
    await expect(topics.row(name)).toBeVisible()
  })

  test("loading: the shape of the list stands, and is marked busy", async ({ page }) => {
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
    await answering(page, "groups.list", async (route) => {
      await isReleased
      await route.continue()
    })
    const groups = new GroupsPage(page)
    await groups.open()
    await expect(groups.table).toHaveAttribute("aria-busy", "true")
    await expect(groups.table.getByRole("columnheader", { name: "Behind" })).toBeVisible()
    release()
    await expect(groups.table).toHaveAttribute("aria-busy", "false")
  })

  test("failing: says what did not work, and recovers by Retry", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["x"])
    await answering(page, "topics.list", (route) => route.fulfill({ status: 502, body: "bad gateway" }))
    const topics = new TopicsPage(page)
    await topics.open()
    const retry = page.getByRole("main").getByRole("button", { name: "Retry" })
    await expect(retry).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole("main")).toContainText("Could not list topics")
    await page.unrouteAll({ behavior: "ignoreErrors" })
    await retry.click()
    await expect(topics.row(name)).toBeVisible()
  })

  test("stale: rows stay, and the list says how old they are", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["x"])
    await answering(page, "topics.list", (route) =>
      rewriting(route, (body) => body.replace(/"asOf":(\d+)/g, (_, at: string) => `"asOf":${Number(at) - 180_000}`)),
    )
    const topics = new TopicsPage(page)
    await topics.open()
    await expect(topics.row(name)).toBeVisible()
    await expect(page.getByRole("status").filter({ hasText: "No new data for 3 min" })).toBeVisible()
    await expect(topics.table).toHaveAttribute("data-stale", "true")
  })

  test("partial: shows what came, and names the source that did not answer", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["x"])
    const missing = [{ source: "broker", scope: "broker:0", code: "TIMEOUT", message: "broker 0 did not answer within 5 s", retryAt: null }]
    await answering(page, "topics.list", (route) =>
      rewriting(route, (body) =>
        body.replace(/"complete":true,"degraded":\[\]/g, `"complete":false,"degraded":${JSON.stringify(missing)}`),
      ),
    )
    const topics = new TopicsPage(page)
    await topics.open()
    await expect(topics.row(name)).toBeVisible()
    await expect(page.getByRole("status").filter({ hasText: "The broker did not answer in full." })).toContainText("within 5 s")
  })

  test("a restart of the server is survived without a reload", async ({ page }) => {
    const dataDir = temporaryFolder()
    const first = await startRivven({ dataDir })
    await signIn(page, first.ready.signInLink)
    await produce({ kafka: first.ready.kafka, topic: "before" }, ["x"])
    const topics = new TopicsPage(page)
    await new Shell(page).link("Topics").click()
    await expect(topics.row("before")).toBeVisible()
    await first.stop()
    await using second = await startRivven({ dataDir, args: ["--console-listen", new URL(first.ready.console).host] })
    await produce({ kafka: second.ready.kafka, topic: "after" }, ["x"])
    await expect(topics.row("after")).toBeVisible({ timeout: 40_000 })
    await expect(topics.row("before")).toBeVisible()
    rmSync(dataDir, { recursive: true, force: true })
  })
})

/** Calls of one tRPC procedure, also when they travel in a batch with others. */
async function answering(page: Page, procedure: string, answer: (route: Route) => Promise<void>): Promise<void> {
  const escaped = procedure.replace(".", "\\.")
  await page.route(new RegExp(`/api/trpc/([^?]*,)?${escaped}(,|\\?|$)`), answer)
}

async function rewriting(route: Route, change: (body: string) => string): Promise<void> {
  const response = await route.fetch()
  await route.fulfill({ response, body: change(await response.text()) })
}
