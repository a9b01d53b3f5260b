import { spawn } from "node:child_process"
import { rmSync } from "node:fs"
import { expect, test } from "@playwright/test"
import { consume, consumeAsGroup, produce } from "./fixtures/kcat.ts"
import { kubectl } from "./fixtures/kubectl.ts"
import { startRivven, temporaryFolder } from "./fixtures/rivven.ts"
import { applyTopic } from "./fixtures/topics.ts"

test.describe("kill -9 in the middle of producing", () => {
  test("loses nothing acknowledged, groups go on where they were, resources are unchanged", async () => {
    const dataDir = temporaryFolder()
    const first = await startRivven({ dataDir })
    await applyTopic(first.ready, { name: "orders", retentionMs: 86_400_000 })
    const before = await resource(first.ready)
    await produce({ kafka: first.ready.kafka, topic: "orders" }, numbers(0, 100))
    expect(await consumeAsGroup(first.ready.kafka, { group: "billing", topic: "orders", count: 100 })).toHaveLength(100)

    const acked = await produceUntilKilled(first)
    await using second = await startRivven({ dataDir })

    const stored = new Set(await consume(second.ready.kafka, "orders"))
    expect(acked.length).toBeGreaterThan(0)
    expect(acked.filter((value) => !stored.has(value))).toEqual([])
    const resumed = await consumeAsGroup(second.ready.kafka, { group: "billing", topic: "orders", count: acked.length })
    expect(resumed.filter((value) => Number(value) < 100)).toEqual([])
    expect(await resource(second.ready)).toEqual(before)
    rmSync(dataDir, { recursive: true, force: true })
  })
})

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}`)
}

async function resource(ready: Parameters<typeof kubectl>[0]) {
  const { metadata, spec } = JSON.parse(await kubectl(ready, ["get", "rivventopic", "orders", "-o", "json"]))
  return { uid: metadata.uid, generation: metadata.generation, labels: metadata.labels, spec }
}

/** Produces one record after the other with kcat, each acknowledged before the next, kills Rivven after a while, answers what was acknowledged. */
async function produceUntilKilled(rivven: Awaited<ReturnType<typeof startRivven>>): Promise<string[]> {
  const child = spawn(
    "kcat",
    [
      "-b",
      rivven.ready.kafka,
      "-P",
      "-t",
      "orders",
      "-p",
      "0",
      "-X",
      "max.in.flight=1",
      "-X",
      "linger.ms=0",
      "-X",
      "enable.idempotence=true",
      "-X",
      "topic.produce.offset.report=true",
      "-vv",
    ],
    {
      stdio: ["pipe", "ignore", "pipe"],
    },
  )
  child.stdin.on("error", () => {}) // the pipe breaks when kcat gives up
  const acked: string[] = []
  let tail = ""
  child.stderr.on("data", (chunk) => {
    const lines = (tail + chunk).split("\n")
    tail = lines.pop() ?? ""
    for (const line of lines) {
      const offset = /Message delivered to partition 0 \(offset (\d+)\)/i.exec(line)?.[1]
      if (offset) acked.push(offset)
    }
  })
  // The value of a record is its own offset, so that an acknowledged offset names the value that must be there.
  let next = 100
  const writer = setInterval(() => child.stdin.write(Array.from({ length: 20 }, () => `${next++}\n`).join("")), 5)
  await expect.poll(() => acked.length, { timeout: 20_000 }).toBeGreaterThan(500)
  await rivven.kill()
  clearInterval(writer)
  child.kill("SIGKILL")
  return [...acked]
}
