import { expect, test } from "./fixtures/console.ts"
import { consume, consumeAsGroup, kcat, produce } from "./fixtures/kcat.ts"
import { GroupsPage } from "./pages/groups-page.ts"
import { TopicPage } from "./pages/topic-page.ts"

const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const

test.describe("an outside client", () => {
  test("writes with five codecs and reads back the same records", async ({ rivven, name, page }) => {
    const { kafka } = rivven.ready
    for (const codec of codecs) {
      const lines = Array.from({ length: 200 }, (_, at) => `${codec} ${at} ${"x".repeat(at)}`)
      await produce({ kafka, topic: name, flags: ["-z", codec, "-X", "enable.idempotence=true"] }, lines)
    }
    const read = await consume(kafka, name)
    expect(read).toHaveLength(200 * codecs.length)
    for (const codec of codecs) expect(read.filter((line) => line.startsWith(`${codec} `))).toHaveLength(200)

    const topic = new TopicPage(page)
    await topic.open(name)
    await expect(topic.tiles).toContainText("Records1k")
    await expect(topic.partitions.getByRole("cell", { name: /^1\s000$/ })).toHaveCount(2)
  })

  test("keys go to one partition and come back in order", async ({ rivven, name }) => {
    const { kafka } = rivven.ready
    await kcat(["-b", kafka, "-P", "-t", name, "-K", ":"], Array.from({ length: 90 }, (_, at) => `${"abc"[at % 3]}:${at}\n`).join(""))
    const output = await kcat(["-b", kafka, "-C", "-t", name, "-o", "beginning", "-e", "-q", "-f", "%k %p %s\n"])
    const records = output
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
    for (const key of "abc") {
      const own = records.filter(([k]) => k === key)
      expect(new Set(own.map(([, partition]) => partition)).size).toBe(1)
      expect(own.map(([, , value]) => Number(value))).toEqual(own.map((_, at) => at * 3 + "abc".indexOf(key)))
    }
  })

  test("a group goes on where it was, and the console shows where that is", async ({ rivven, name, page }) => {
    const { kafka } = rivven.ready
    const group = `${name}-readers`
    await produce(
      { kafka, topic: name },
      Array.from({ length: 30 }, (_, at) => `${at}`),
    )
    expect(await consumeAsGroup(kafka, { group, topic: name, count: 10 })).toEqual(Array.from({ length: 10 }, (_, at) => `${at}`))
    expect(await consumeAsGroup(kafka, { group, topic: name, count: 10 })).toEqual(Array.from({ length: 10 }, (_, at) => `${at + 10}`))

    const groups = new GroupsPage(page)
    await groups.open()
    await expect(groups.row(group)).toContainText(name)
    await groups.row(group).getByRole("link", { name: group }).click()
    const offsets = page.getByRole("table", { name: "Offsets" })
    await expect(offsets.getByRole("row").filter({ hasText: name })).toContainText("20")
    await expect(page.getByRole("table", { name: "Members" })).toBeVisible()
  })
})
