import { type ChildProcess, spawn } from "node:child_process"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createClient } from "./client.ts"
import { type ApacheKafka, startApacheKafka } from "./testing/apache-kafka.ts"

const waiting = { timeout: 60_000, interval: 200 }

/** Our members and Java's in one group: the leader is whoever came first, so both sides read what the other wrote. */
describe("in one group with Java's consumer", () => {
  let kafka: ApacheKafka
  const started: ChildProcess[] = []
  beforeAll(async () => {
    kafka = await startApacheKafka()
  })
  afterAll(async () => {
    for (const child of started) child.kill("SIGKILL")
    await kafka.stop()
  })

  function javaConsumer(topic: string, group: string, assignor: string): ChildProcess {
    const property = (text: string) => ["--command-property", text]
    const strategy = `partition.assignment.strategy=org.apache.kafka.clients.consumer.${assignor}`
    const jvm = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", kafka.classpath, "org.apache.kafka.tools.consumer.ConsoleConsumer"]
    const options = ["--bootstrap-server", kafka.bootstrap, "--topic", topic, "--group", group]
    const child = spawn("java", [...jvm, ...options, ...property(strategy), ...property("metadata.max.age.ms=1000")], { stdio: "ignore" })
    started.push(child)
    return child
  }

  it.each([
    ["range", "RangeAssignor", "ours"],
    ["range", "RangeAssignor", "java"],
    ["cooperative-sticky", "CooperativeStickyAssignor", "ours"],
    ["cooperative-sticky", "CooperativeStickyAssignor", "java"],
  ] as const)("shares partitions under %s (%s), %s first, and takes all when Java leaves", async (name, javaName, first) => {
    const client = createClient({ bootstrap: [kafka.bootstrap] })
    const [topic, group] = [`t-${name}-${first}`, `g-${name}-${first}`]
    await client.admin.topics.create([{ name: topic, partitions: 4 }])
    const members = async () => {
      const described = (await client.admin.groups.describe([group])).get(group)
      if (described?.ok !== true || described.value.state !== "stable") return []
      return described.value.members.map(({ assignment }) => assignment?.map(({ partition }) => partition) ?? [])
    }
    const counts = async () => (await members()).map((partitions) => partitions.length)
    let java = first === "java" ? javaConsumer(topic, group, javaName) : null
    if (java !== null) await expect.poll(counts, waiting).toEqual([4])
    const consumer = client.consumer({ groupId: group, assignors: [name], heartbeatIntervalMs: 200 })
    consumer.subscribe([topic])
    const stop = new AbortController()
    const polling = (async () => {
      while (!stop.signal.aborted) await consumer.poll({ timeoutMs: 100 })
    })()
    if (java === null) {
      await expect.poll(counts, waiting).toEqual([4])
      java = javaConsumer(topic, group, javaName)
    }
    await expect.poll(counts, waiting).toEqual([2, 2])
    expect((await members()).flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3])
    await expect.poll(() => consumer.assignment().length, waiting).toBe(2)
    java.kill("SIGTERM")
    await expect.poll(counts, waiting).toEqual([4])
    await expect.poll(() => consumer.assignment().length, waiting).toBe(4)
    stop.abort()
    await polling
    await client.close()
  })
})
