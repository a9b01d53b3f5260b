import { join } from "node:path"
import AxeBuilder from "@axe-core/playwright"
import type { Page } from "@playwright/test"
import { expect, test } from "./fixtures/console.ts"
import { seed, seeded } from "./fixtures/seed.ts"
import { address } from "./pages/shell.ts"

interface Screen {
  title: string
  path: string
  /** Something that only the finished screen shows. */
  ready: (page: Page) => ReturnType<Page["locator"]>
}

const tab = (name: string) => address("/topics/view", { topic: seeded.topic, tab: name })

const screens: readonly Screen[] = [
  { title: "overview", path: address("/"), ready: (page) => page.getByRole("region", { name: "Verdict" }) },
  { title: "topics", path: address("/topics"), ready: (page) => page.getByRole("link", { name: seeded.topic, exact: true }) },
  {
    title: "topic",
    path: tab("partitions"),
    ready: (page) => page.getByRole("table", { name: "Partitions" }).locator("[data-row]").nth(5),
  },
  { title: "topic-configs", path: tab("configs"), ready: (page) => page.getByRole("button", { name: "retention.ms", exact: true }) },
  {
    title: "topic-messages",
    path: tab("messages"),
    ready: (page) => page.getByRole("table", { name: "Messages" }).locator("[data-row]").first(),
  },
  {
    title: "topic-record",
    path: address("/topics/view", { topic: seeded.topic, tab: "messages", record: "0:1" }),
    ready: (page) => page.getByRole("dialog").getByText("source"),
  },
  {
    title: "topic-tail",
    path: address("/topics/view", { topic: seeded.topic, tab: "messages", tail: "1" }),
    ready: (page) => page.getByRole("group", { name: "Read from" }),
  },
  { title: "topic-consumers", path: tab("consumers"), ready: (page) => page.getByRole("link", { name: seeded.group, exact: true }) },
  { title: "topic-yaml", path: tab("yaml"), ready: (page) => page.getByRole("textbox", { name: "Resource" }) },
  {
    title: "topic-events",
    path: tab("events"),
    ready: (page) => page.getByRole("table", { name: "Events" }).locator("[data-row]").first(),
  },
  { title: "topic-create", path: address("/topics/edit"), ready: (page) => page.getByRole("textbox", { name: "YAML of the resource" }) },
  {
    title: "topic-edit",
    path: address("/topics/edit", { topic: seeded.topic }),
    ready: (page) => page.getByRole("textbox", { name: "YAML of the resource" }),
  },
  { title: "groups", path: address("/groups"), ready: (page) => page.getByRole("link", { name: seeded.group, exact: true }) },
  {
    title: "group",
    path: address("/groups/view", { group: seeded.group }),
    ready: (page) => page.getByRole("table", { name: "Offsets" }).locator("[data-row]").first(),
  },
  { title: "alerts", path: address("/alerts"), ready: (page) => page.getByRole("button", { name: "RivvenHighLag" }) },
  {
    title: "rule",
    path: address("/alerts", { rule: "RivvenHighLag" }),
    ready: (page) => page.getByRole("dialog", { name: "RivvenHighLag" }),
  },
  { title: "not-found", path: "/no/such/page", ready: (page) => page.getByText("There is no page at this address") },
]

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const

test.describe("every screen", () => {
  test.beforeAll(async ({ rivven }) => seed(rivven.ready))

  test("has no serious finding of axe in light and dark, and leaves pictures to look at", async ({ page }) => {
    test.setTimeout(240_000)
    for (const { title, path, ready } of screens) {
      await test.step(title, async () => {
        await page.setViewportSize(sizes[0])
        await page.goto(path)
        await expect(ready(page)).toBeVisible()
        for (const theme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" })
          // Only colours differ between the themes.
          expect.soft(await seriousFindings(page, theme === "light" ? [] : ["color-contrast"]), `${title}, ${theme}`).toEqual([])
          for (const size of sizes) {
            await page.setViewportSize(size)
            await page.screenshot({ path: picture(`${title}-${theme}-${size.width}`) })
          }
        }
      })
    }
  })

  test("the sign-in page, in both themes", async ({ browser, rivven }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ colorScheme, storageState: { cookies: [], origins: [] } })
      const page = await context.newPage()
      await page.goto(`${rivven.ready.console}/topics`)
      await expect(page.getByText("rivven up --link")).toBeVisible()
      expect(await seriousFindings(page)).toEqual([])
      await page.screenshot({ path: picture(`sign-in-${colorScheme}`) })
      await context.close()
    }
  })
})

/** Of the rules named, or of all. */
async function seriousFindings(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`)
}

function picture(name: string): string {
  return join(import.meta.dirname, "..", "test-results", "screens", `${name}.png`)
}
