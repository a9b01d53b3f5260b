// Java's consumer and librdkafka (by Python) as members of one group of the newer protocol: both get their share, read all records once, give
// partitions up and take them over; Kafka's own tool describes the group.
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { kafkaClasspath } from "@rivven/client/testing"
import { ConsumerGroupDescribe } from "@rivven/protocol/messages"
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { batchOf, Talk } from "../testing/talk.ts"

const cache = join(homedir(), ".cache", "rivven")
const python = join(cache, "python-confluent-kafka--2.16.1", "bin", "python")
const isProvided = existsSync(python) && existsSync(join(cache, "kafka", "4.3.1"))
const waiting = { timeout: 40_000, interval: 200 }
const jvm = ["-Xmx128m", "-XX:TieredStopAtLevel=1"]

const script = `
import sys, signal
from confluent_kafka import Consumer
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
c = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "g", "group.protocol": "consumer", "auto.offset.reset": "earliest", "client.id": "python"})
c.subscribe([sys.argv[2]])
while going:
    m = c.poll(0.1)
    if m is not None and not m.error():
        print(m.value().decode(), flush=True)
c.close()
`

describe.skipIf(!isProvided)("clients of others in one group of the newer protocol", () => {
  let broker: TestBroker
  let talk: Talk
  let classpath: string
  const started: ChildProcess[] = []
  beforeAll(async () => {
    classpath = await kafkaClasspath()
  })
  beforeEach(async () => {
    broker = await startTestBroker({ settings: { "group.consumer.heartbeat.interval.ms": "500" } })
    talk = await Talk.to(broker)
    await talk.createTopic("t", { partitions: 4 })
  })
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill("SIGKILL")
    await talk[Symbol.asyncDispose]()
    await broker.stop()
  })

  function run(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] })
    started.push(child)
    let text = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
    })
    return { child, lines: () => text.split("\n").filter((line) => line !== "") }
  }

  const startPython = () => run(python, ["-c", script, broker.bootstrap, "^t$"])

  function startJava() {
    const properties = ["group.protocol=consumer", "auto.offset.reset=earliest", "client.id=java"].flatMap((one) => [
      "--command-property",
      one,
    ])
    const where = ["--bootstrap-server", broker.bootstrap, "--topic", "t", "--group", "g"]
    return run("java", [...jvm, "-cp", classpath, "org.apache.kafka.tools.consumer.ConsoleConsumer", ...where, ...properties])
  }

  async function shares(): Promise<Record<string, number>> {
    const { groups } = await talk.wire.call(ConsumerGroupDescribe, 1, { groupIds: ["g"], includeAuthorizedOperations: false })
    if (groups[0]?.groupState !== "Stable") return {}
    const size = ({ assignment }: (typeof groups)[0]["members"][0]) =>
      assignment.topicPartitions.reduce((sum, { partitions }) => sum + partitions.length, 0)
    return Object.fromEntries(groups[0].members.map((member) => [member.clientId, size(member)]))
  }

  async function produce(from: number, to: number): Promise<string[]> {
    const values = Array.from({ length: to - from }, (_, index) => `r${from + index}`)
    for (const [index, value] of values.entries()) await talk.produce("t", batchOf([value]), { partition: index % 4 })
    return values
  }

  it.each(["java", "python"])("share partitions and records, %s first, and take over from who leaves", async (first) => {
    let java = first === "java" ? startJava() : null
    let snake = first === "python" ? startPython() : null
    await expect.poll(shares, waiting).toEqual({ [first]: 4 })
    const early = await produce(0, 20)
    await expect.poll(() => (java ?? snake)?.lines().toSorted(), waiting).toEqual(early.toSorted())
    java ??= startJava()
    snake ??= startPython()
    const both = () => [...(java?.lines() ?? []), ...(snake?.lines() ?? [])].toSorted()
    await expect.poll(shares, waiting).toEqual({ java: 2, python: 2 })
    const late = await produce(20, 40)
    await expect.poll(both, waiting).toEqual([...early, ...late].toSorted())
    const leaving = first === "java" ? java : snake
    leaving.child.kill("SIGTERM")
    await expect.poll(shares, waiting).toEqual({ [first === "java" ? "python" : "java"]: 4 })
    const last = await produce(40, 60)
    await expect.poll(both, waiting).toEqual([...early, ...late, ...last].toSorted())
    const tool = ["-cp", classpath, "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--bootstrap-server", broker.bootstrap]
    const { stdout } = await promisify(execFile)("java", [...jvm, ...tool, "--describe", "--group", "g", "--state", "--verbose"])
    expect(stdout).toMatch(/g\s.*uniform\s+Stable/)
  })
})
