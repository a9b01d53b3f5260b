import type { Locator, Page } from "@playwright/test"
import { expect, test } from "./fixtures/console.ts"
import { kcat } from "./fixtures/kcat.ts"
import { OverviewPage } from "./pages/overview-page.ts"
import { Shell } from "./pages/shell.ts"
import { TopicEditor } from "./pages/topic-editor.ts"
import { TopicPage } from "./pages/topic-page.ts"
import { TopicsPage } from "./pages/topics-page.ts"

test.describe("by keyboard alone", () => {
  test("creates a topic, from the overview to its page", async ({ page, rivven, name }) => {
    await new OverviewPage(page).open()
    await expect(new OverviewPage(page).tiles).toBeVisible()
    await page.keyboard.press("g")
    await page.keyboard.press("t")
    const topics = new TopicsPage(page)
    await expect(topics.create).toBeVisible()
    await tabTo(page, topics.create)
    await page.keyboard.press("Enter")

    const editor = new TopicEditor(page)
    await expect(editor.yaml).toBeVisible()
    await tabTo(page, editor.field("Topic"))
    await page.keyboard.type(name)
    await tabTo(page, editor.field("Partitions"))
    await page.keyboard.type("2")
    await tabTo(page, editor.planButton)
    await page.keyboard.press("Enter")
    await expect(editor.plan.getByText(/dry run passed/)).toBeVisible()
    await tabTo(page, editor.plan.getByRole("button", { name: "Create topic" }))
    await page.keyboard.press("Enter")
    await expect(editor.plan.getByText("Ready", { exact: true })).toBeVisible()
    await tabTo(page, editor.showTopic)
    await page.keyboard.press("Enter")
    await expect(new TopicPage(page).partitions.locator("[data-row]")).toHaveCount(2)
    expect(await kcat(["-b", rivven.ready.kafka, "-L", "-t", name])).toContain("with 2 partitions")
  })

  test("moves through a list with j and k, opens a row, and lists all keys with ?", async ({ page, rivven, name }) => {
    for (const end of ["a", "b"]) await kcat(["-b", rivven.ready.kafka, "-P", "-t", `${name}-${end}`], "x\n")
    const topics = new TopicsPage(page)
    await topics.open({ q: name, sort: "name" })
    await expect(topics.rows).toHaveCount(2)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(topics.rows.nth(1)).toHaveAttribute("data-cursor", "true")
    await page.keyboard.press("Enter")
    await expect(new TopicPage(page).title).toContainText(`${name}-b`)
    await page.keyboard.press("?")
    await expect(page.getByRole("dialog", { name: "Shortcuts" })).toContainText("Consumer groups")
    await page.keyboard.press("Escape")
    await expect(page.getByRole("dialog")).toBeHidden()
    await page.keyboard.press("g")
    await page.keyboard.press("l")
    await expect(new Shell(page).link("Alerts")).toHaveAttribute("aria-current", "page")
  })
})

/** Presses Tab until the element has the focus; a text editor, in which Tab indents, is left by Escape first. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible()
  for (let steps = 0; steps < 80; steps += 1) {
    if ((await wanted.and(page.locator(":focus")).count()) > 0) return
    if ((await page.locator(".cm-content:focus").count()) > 0) await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
  }
  throw new Error("not reached with Tab")
}
