import { expect, test } from "./fixtures/console.ts"
import { kcat, produce } from "./fixtures/kcat.ts"
import { kubectl, tryKubectl } from "./fixtures/kubectl.ts"
import { applyTopic, topicYaml } from "./fixtures/topics.ts"
import { TopicEditor } from "./pages/topic-editor.ts"
import { TopicPage } from "./pages/topic-page.ts"
import { TopicsPage } from "./pages/topics-page.ts"

test.describe("editing topics by form", () => {
  test("create: the plan says what will be, and the page shows what the broker has", async ({ page, rivven, name }) => {
    const topics = new TopicsPage(page)
    await topics.open()
    await topics.create.click()
    const editor = new TopicEditor(page)
    await editor.field("Topic").fill(name)
    await editor.field("Partitions").fill("4")
    await editor.field("Retention").fill("2 d")
    await expect(editor.yaml).toContainText("retentionMs: 172800000")
    await editor.makePlan()
    await expect(editor.consequences).not.toBeEmpty()
    await editor.apply("Create topic")
    await editor.showTopic.click()

    const topic = new TopicPage(page)
    await expect(topic.state("Ready")).toBeVisible()
    await expect(topic.partitions.locator("[data-row]")).toHaveCount(4)
    expect(await kcat(["-b", rivven.ready.kafka, "-L", "-t", name])).toContain(`topic "${name}" with 4 partitions`)
    expect(await specOf(rivven.ready, name)).toMatchObject({ partitions: 4, config: { retentionMs: 172_800_000 } })
  })

  test("retention: a shorter one names what it lets go, and is on the broker afterwards", async ({ page, rivven, name }) => {
    await applyTopic(rivven.ready, { name, retentionMs: 604_800_000 })
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["a", "b"])
    const topic = new TopicPage(page)
    await topic.open(name)
    await topic.edit.click()
    const editor = new TopicEditor(page)
    await editor.field("Retention").fill("2 d")
    await editor.makePlan()
    await expect(editor.changes).toContainText("retentionMs")
    await expect(editor.consequences).toContainText("No record is that old yet")
    await editor.apply("Apply")
    await editor.showTopic.click()
    await topic.tab("Configs").click()
    await expect(topic.config("retention.ms")).toContainText("2 d")
  })

  test("add partitions: the plan warns that keys move", async ({ page, rivven, name }) => {
    await applyTopic(rivven.ready, { name, partitions: 2 })
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["a"])
    const editor = new TopicEditor(page)
    await editor.open(name)
    await editor.field("Partitions").fill("5")
    await editor.makePlan()
    await expect(editor.consequences).toContainText("Keys move to other partitions")
    await editor.apply("Apply")
    expect(await kcat(["-b", rivven.ready.kafka, "-L", "-t", name])).toContain(`topic "${name}" with 5 partitions`)
  })

  test("what the API refuses lands on its field and changes nothing", async ({ page, rivven, name }) => {
    await applyTopic(rivven.ready, { name, partitions: 3 })
    const editor = new TopicEditor(page)
    await editor.open(name)
    await editor.field("Retention").fill("soon")
    await expect(editor.field("Retention")).toHaveAttribute("aria-invalid", "true")
    await expect(editor.planButton).toBeDisabled()
    await editor.field("Retention").fill("7 d")
    await editor.field("Partitions").fill("2")
    await editor.planButton.click()
    await expect(editor.wrong).toContainText("spec.partitions")
    await expect(editor.wrong).toContainText("partitions cannot be decreased")
    expect(await specOf(rivven.ready, name)).toMatchObject({ partitions: 3 })
  })

  test("a field that somebody else owns is never taken over by force", async ({ page, rivven, name }) => {
    await applyTopic(rivven.ready, { name, partitions: 2 }, "kubectl")
    const editor = new TopicEditor(page)
    await editor.open(name)
    await expect(page.getByText(/^kubectl owns \d+ fields? of this topic/)).toBeVisible()
    await expect(editor.field("Partitions")).not.toBeEditable()
    await expect(editor.settings.getByText("Owned by kubectl").first()).toBeVisible()
    await editor.writeYaml(topicYaml({ name, partitions: 3 }))
    await editor.planButton.click()
    await expect(editor.plan.getByRole("list", { name: "Conflicts" })).toContainText("spec.partitions belongs to kubectl")
    await expect(editor.plan.getByRole("button", { name: "Apply" })).toBeHidden()
    expect(await specOf(rivven.ready, name)).toMatchObject({ partitions: 2 })
  })

  test("delete: names what is lost and wants the exact name", async ({ page, rivven, name }) => {
    await applyTopic(rivven.ready, { name })
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["a", "b", "c"])
    const topic = new TopicPage(page)
    await topic.open(name)
    await expect(topic.state("Ready")).toBeVisible()
    await page.getByRole("button", { name: "Delete…" }).click()
    await expect(page.getByRole("dialog")).toContainText("3 records are deleted")
    await page.keyboard.press("Escape")
    await topic.deleteWithRecords(name)
    await expect(page).toHaveURL(/\/topics\?/)
    await expect(new TopicsPage(page).row(name)).toBeHidden()
    await expect.poll(async () => (await tryKubectl(rivven.ready, ["get", "rivventopic", name])).stderr).toContain("NotFound")
    expect(await kcat(["-b", rivven.ready.kafka, "-L"])).not.toContain(`topic "${name}"`)
  })

  test("a topic that a client made is unmanaged, and can be adopted", async ({ page, rivven, name }) => {
    await produce({ kafka: rivven.ready.kafka, topic: name }, ["a"])
    const topics = new TopicsPage(page)
    await topics.open({ q: name })
    await expect(topics.row(name)).toContainText("unmanaged")
    const topic = new TopicPage(page)
    await topic.open(name)
    await page.getByRole("button", { name: "Adopt", exact: true }).click()
    const dialog = page.getByRole("dialog", { name: `Adopt ${name}?` })
    await dialog.getByRole("button", { name: "Adopt" }).click()
    await expect(dialog).toBeHidden()
    await expect(topic.state("Ready")).toBeVisible()
    expect(await specOf(rivven.ready, name)).toMatchObject({ clusterRef: { name: "local" } })
  })
})

test.describe("editing topics by YAML", () => {
  test("create", async ({ page, rivven, name }) => {
    const editor = new TopicEditor(page)
    await editor.openNew()
    await editor.writeYaml(topicYaml({ name, partitions: 2, retentionMs: 3_600_000 }))
    await expect(editor.field("Topic")).toHaveValue(name)
    await expect(editor.field("Retention")).toHaveValue("1 h")
    await editor.makePlan()
    await editor.apply("Create topic")
    expect(await kcat(["-b", rivven.ready.kafka, "-L", "-t", name])).toContain(`topic "${name}" with 2 partitions`)
  })

  test("change retention and partitions at once", async ({ page, rivven, name }) => {
    const editor = new TopicEditor(page)
    await editor.openNew()
    await editor.writeYaml(topicYaml({ name, partitions: 1 }))
    await editor.makePlan()
    await editor.apply("Create topic")
    await editor.open(name)
    await editor.writeYaml(topicYaml({ name, partitions: 3, retentionMs: 86_400_000 }))
    await editor.makePlan()
    await expect(editor.changes).toContainText("partitions")
    await expect(editor.changes).toContainText("retentionMs")
    await expect(editor.consequences).toContainText("Keys move to other partitions")
    await editor.apply("Apply")
    expect(await kcat(["-b", rivven.ready.kafka, "-L", "-t", name])).toContain(`topic "${name}" with 3 partitions`)
  })

  test("text that is no YAML names its line, and what was typed stays", async ({ page }) => {
    const editor = new TopicEditor(page)
    await editor.openNew()
    await editor.writeYaml("kind: RivvenTopic\nmetadata: [")
    await expect(editor.plan).toContainText("The YAML cannot be read")
    await expect(editor.planButton).toBeDisabled()
    await expect(editor.yaml).toContainText("metadata: [")
  })
})

async function specOf(ready: { kubeconfig: string }, name: string): Promise<unknown> {
  return JSON.parse(await kubectl(ready, ["get", "rivventopic", name, "-o", "json"])).spec
}
