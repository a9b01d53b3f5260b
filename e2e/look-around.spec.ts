import { expect, test } from "./fixtures/console.ts"
import { consumeAsGroup, kcat, produce } from "./fixtures/kcat.ts"
import { applyTopic } from "./fixtures/topics.ts"
import { GroupsPage } from "./pages/groups-page.ts"
import { OverviewPage } from "./pages/overview-page.ts"
import { Shell } from "./pages/shell.ts"
import { TopicPage } from "./pages/topic-page.ts"
import { TopicsPage } from "./pages/topics-page.ts"

test.describe("looking around", () => {
  test("the overview says how the cluster is, and where to go from there", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["one", "two"])
    const overview = new OverviewPage(page)
    await overview.open()
    await expect(overview.verdict).not.toBeEmpty()
    for (const tile of ["Offline partitions", "Brokers ready", "Topics", "Groups", "Alerts firing"])
      await expect(overview.tiles).toContainText(tile)
    for (const chart of ["Throughput", "Group lag", "Disk"]) await expect(overview.chart(chart)).toBeVisible()
    await page.getByRole("button", { name: "Connect a client" }).click()
    await expect(page.getByRole("dialog", { name: "Connect to local" })).toContainText(rivven.ready.kafka)
    await page.keyboard.press("Escape")
    await new Shell(page).link("Topics").click()
    await expect(new TopicsPage(page).row(name)).toBeVisible()
  })

  test("the topics list finds a topic, and its page shows partitions, offsets, size and where each config comes from", async ({
    page,
    rivven,
    name,
  }) => {
    const { kafka } = rivven.ready
    await applyTopic(rivven.ready, { name, partitions: 3, retentionMs: 172_800_000 })
    for (const partition of ["0", "1", "2"]) await produce({ kafka, topic: name, flags: ["-p", partition] }, ["a", "b", "c", "d"])

    const topics = new TopicsPage(page)
    await topics.open()
    await topics.filter.fill(name)
    await expect(topics.rows).toHaveCount(1)
    await expect(page).toHaveURL(new RegExp(`q=${name}`))
    await expect(topics.row(name)).toContainText("2 d")
    await topics.row(name).getByRole("link").first().click()

    const topic = new TopicPage(page)
    await expect(topic.title).toContainText(name)
    await expect(topic.state("Ready")).toBeVisible()
    await expect(topic.partitions.locator("[data-row]")).toHaveCount(3)
    for (const row of await topic.partitions.locator("[data-row]").all()) await expect(row).toContainText("in sync")
    await expect(topic.partitions.locator("[data-row]").first().getByRole("cell").nth(6)).toHaveText("4")

    await topic.tab("Configs").click()
    await expect(topic.config("retention.ms")).toContainText("2 d")
    await expect(topic.config("retention.ms")).toContainText("resource")
    await expect(topic.config("flush.messages")).toContainText("default")
    await topic.tab("YAML").click()
    await expect(page.getByRole("textbox", { name: "Resource" })).toContainText(`name: ${name}`)
    await topic.tab("Events").click()
    await expect(topic.events).toContainText("Created")
  })

  test("newest messages first, one record in full, and a live tail of what is written meanwhile", async ({ page, rivven, name }) => {
    const { kafka } = rivven.ready
    await kcat(["-b", kafka, "-P", "-t", name, "-K", "|", "-H", "trace=abc"], 'k1|{"order":1}\nk2|{"order":2}\n')
    const topic = new TopicPage(page)
    await topic.open(name, { tab: "messages" })
    await expect(topic.messages.locator("[data-row]")).toHaveCount(2)
    await expect(topic.messages.locator("[data-row]").first()).toContainText('{"order":2}')

    await topic.messages.getByRole("button", { name: "Open record 1 of partition 0" }).click()
    const drawer = page.getByRole("dialog", { name: /Partition 0, offset 1/ })
    await expect(drawer).toContainText("k2")
    await expect(drawer).toContainText("trace")
    await page.keyboard.press("Escape")
    await expect(drawer).toBeHidden()

    await topic.readFrom("Live tail").click()
    await expect(page.getByText("Waiting for records")).toBeVisible()
    await expect(page.getByRole("region", { name: "Messages" }).getByText("live", { exact: true })).toBeVisible()
    await kcat(["-b", kafka, "-P", "-t", name, "-K", "|"], "k3|written while it is watched\n")
    await expect(topic.messages.locator("[data-row]")).toHaveCount(1)
    await expect(topic.messages.locator("[data-row]").first()).toContainText("written while it is watched")
  })

  test("a group's page shows members while it reads, lag in records and seconds, and lag over time", async ({ page, rivven, name }) => {
    const { kafka } = rivven.ready
    const group = `${name}-billing`
    await produce(
      { kafka, topic: name },
      Array.from({ length: 50 }, (_, at) => `${at}`),
    )
    await consumeAsGroup(kafka, { group, topic: name, count: 20 })

    const groups = new GroupsPage(page)
    await groups.open({ q: group })
    await expect(groups.row(group)).toContainText("empty")
    await expect(groups.row(group)).toContainText("30")
    await groups.row(group).getByRole("link", { name: group }).click()
    await expect(page.getByRole("region", { name: "State of the group" })).toContainText("30")
    await expect(page.getByText("No member is connected")).toBeVisible()
    await expect(page.getByRole("figure", { name: new RegExp(`^Lag of ${group}: .*30`) })).toBeVisible({ timeout: 30_000 })
    await page.getByRole("group", { name: "Unit" }).getByRole("button", { name: "Seconds" }).click()
    await expect(page).toHaveURL(/unit=seconds/)
  })

  test("the palette finds a topic by part of its name", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["x"])
    await new OverviewPage(page).open()
    // Keys work once the page is interactive, which nothing on it shows.
    await expect(async () => {
      await page.keyboard.press("Control+k")
      await expect(page.getByRole("combobox")).toBeVisible({ timeout: 1_000 })
    }).toPass()
    await page.getByRole("combobox").fill(name.slice(4))
    await page.getByRole("option", { name: new RegExp(name) }).click()
    await expect(new TopicPage(page).title).toContainText(name)
  })
})
