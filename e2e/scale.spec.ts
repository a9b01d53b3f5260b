import { createClient } from "@rivven/client"
import { expect, signIn, test } from "./fixtures/console.ts"
import { startRivven } from "./fixtures/rivven.ts"
import { Shell } from "./pages/shell.ts"
import { TopicsPage } from "./pages/topics-page.ts"

const count = 10_000
const digits = (at: number) => `${at}`.padStart(5, "0")

test.describe("ten thousand topics", () => {
  test("are listed, sorted, filtered and scrolled with few rows in the document", async ({ page }) => {
    test.setTimeout(150_000)
    await using rivven = await startRivven()
    await test.step("create", () => createTopics(rivven.ready.kafka))
    await signIn(page, rivven.ready.signInLink)
    const topics = new TopicsPage(page)
    await new Shell(page).link("Topics").click()
    await expect(topics.table).toHaveAttribute("aria-rowcount", `${count + 1}`, { timeout: 30_000 })
    expect(await topics.rows.count()).toBeLessThan(120)

    await topics.sortBy("Name").click()
    await expect(topics.rows.first()).toContainText("load-00000")
    await topics.sortBy("Name").click()
    await expect(topics.rows.first()).toContainText(`load-${digits(count - 1)}`)

    const scroller = page.getByRole("region", { name: "Topics" }).locator("div").first()
    await scroller.hover()
    // Rows come 200 at a time as they are needed; the wheel turns until they are there.
    await expect(async () => {
      await page.mouse.wheel(0, 28 * 100)
      await expect(topics.row(`load-${digits(count - 1 - 600)}`)).toBeVisible({ timeout: 300 })
    }).toPass()
    expect(await topics.rows.count()).toBeLessThan(120)

    await topics.filter.fill("load-0424")
    await expect(topics.table).toHaveAttribute("aria-rowcount", "11")
    await topics.rows.filter({ hasText: "load-04242" }).getByRole("link").click()
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toContainText("load-04242")
    await rivven.kill() // its data is thrown away
  })
})

async function createTopics(kafka: string): Promise<void> {
  const client = createClient({ bootstrap: [kafka], clientId: "e2e" })
  const wanted = Array.from({ length: count }, (_, at) => ({ name: `load-${digits(at)}`, partitions: 1 }))
  const results = await client.admin.topics.create(wanted, { timeoutMs: 90_000 })
  await client.close()
  expect([...results.values()].filter(({ ok }) => !ok)).toEqual([])
}
