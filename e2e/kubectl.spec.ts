import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "./fixtures/console.ts"
import { kcat } from "./fixtures/kcat.ts"
import { kubectl, tryKubectl, watch } from "./fixtures/kubectl.ts"
import { applyTopic, topicYaml } from "./fixtures/topics.ts"
import { TopicEditor } from "./pages/topic-editor.ts"
import { TopicPage } from "./pages/topic-page.ts"
import { TopicsPage } from "./pages/topics-page.ts"

test.describe("kubectl with the printed kubeconfig", () => {
  test("prints the table of the user guide and describes conditions and events", async ({ rivven, name }) => {
    await applyTopic(rivven.ready, { name, partitions: 2 })
    const [head = "", ...rows] = (await kubectl(rivven.ready, ["get", "rivventopics"])).trim().split("\n")
    expect(head.split(/ +/)).toEqual(["NAME", "CLUSTER", "PARTITIONS", "REPLICATION", "PHASE", "AGE"])
    const row = rows.find((line) => line.startsWith(`${name} `)) ?? ""
    expect(row.split(/ +/).slice(0, 5)).toEqual([name, "local", "2", "1", "Ready"])
    const described = await kubectl(rivven.ready, ["describe", "rivventopic", name])
    for (const word of ["Conditions:", "Events:", "Partitions:", "TopicReady"]) expect(described).toContain(word)
  })

  test("applies on the client and on the server, edits, and deletes", async ({ rivven, name }) => {
    const { ready } = rivven
    expect(await kubectl(ready, ["apply", "-f", "-"], topicYaml({ name }))).toContain("created")
    expect(await kubectl(ready, ["apply", "-f", "-"], topicYaml({ name, partitions: 2 }))).toContain("configured")
    expect(await kubectl(ready, ["apply", "-f", "-"], topicYaml({ name, partitions: 2 }))).toContain("unchanged")
    const server = await kubectl(ready, ["apply", "--server-side", "--force-conflicts", "-f", "-"], topicYaml({ name, partitions: 3 }))
    expect(server).toContain("serverside-applied")
    const editor = join(ready.dataDir, `editor-${name}`)
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/partitions: 3/partitions: 4/" "$1"\n')
    chmodSync(editor, 0o755)
    const edited = await tryKubectl(ready, ["edit", "rivventopic", name], { env: { KUBE_EDITOR: editor } })
    expect(edited.stdout).toContain("edited")
    await expect.poll(() => kcat(["-b", ready.kafka, "-L", "-t", name])).toContain("with 4 partitions")
    expect(await kubectl(ready, ["delete", "rivventopic", name])).toContain("deleted")
    await expect.poll(() => kcat(["-b", ready.kafka, "-L"])).not.toContain(`topic "${name}"`)
  })

  test("refuses what the schema forbids, by field", async ({ rivven, name }) => {
    const refused = await tryKubectl(rivven.ready, ["apply", "-f", "-"], { input: topicYaml({ name, partitions: 0 }) })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("spec.partitions")
    expect(await kubectl(rivven.ready, ["get", "rivventopics", "-o", "name"])).not.toContain(name)
  })

  test("what it does appears in an open browser, without a reload", async ({ rivven, name, page }) => {
    const { ready } = rivven
    const topics = new TopicsPage(page)
    await topics.open({ q: name })
    await expect(page.getByText(`No topic matches ${name}`)).toBeVisible()
    await kubectl(ready, ["apply", "-f", "-"], topicYaml({ name, partitions: 2 }))
    await expect(topics.row(name)).toBeVisible()
    await expect(topics.row(name).getByRole("cell").nth(2)).toHaveText("2")

    await topics.row(name).getByRole("link").first().click()
    const topic = new TopicPage(page)
    await expect(topic.partitions.locator("[data-row]")).toHaveCount(2)
    await kubectl(ready, ["patch", "rivventopic", name, "--type=merge", "-p", '{"spec":{"partitions":4}}'])
    await expect(topic.partitions.locator("[data-row]")).toHaveCount(4)

    await kubectl(ready, ["delete", "rivventopic", name])
    await topics.open({ q: name })
    await expect(page.getByText(`No topic matches ${name}`)).toBeVisible()
  })

  test("and what the browser does appears in a running watch", async ({ rivven, name, page }) => {
    using watching = await watch(rivven.ready, ["get", "rivventopics"])
    const editor = new TopicEditor(page)
    await editor.openNew()
    await editor.field("Topic").fill(name)
    await editor.makePlan()
    await editor.apply("Create topic")
    await expect
      .poll(() =>
        watching
          .lines()
          .filter((line) => line.startsWith(`${name} `))
          .at(-1),
      )
      .toMatch(/Ready/)
  })
})
