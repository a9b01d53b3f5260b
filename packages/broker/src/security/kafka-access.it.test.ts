// Apache Kafka with its StandardAuthorizer beside this broker: its own tools say the same to both, and the table of uses that our handlers
// are tested against holds on Kafka.
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { type ApacheKafka, kafkaClasspath, startApacheKafka } from "@rivven/client/testing"
import { ApiVersions, FindCoordinator } from "@rivven/protocol/messages"
import { isCampaign } from "@rivven/protocol/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { AccessProbe, isDeniedByTable } from "../testing/access-probe.ts"
import { type AccessUse, accessUses } from "../testing/access-table.ts"
import type { TestBroker } from "../testing/in-process.ts"
import { startSecuredBroker, talkAs } from "../testing/secured.ts"
import type { Talk } from "../testing/talk.ts"
import { operationCodes } from "./acl-rule.ts"

const jars = join(homedir(), ".cache", "rivven", "kafka", "4.3.1")
const obstacle = existsSync(jars) ? null : `Kafka's jars are not in ${jars}: npm test puts them there`

const users = ["root", "alice", "bob"]
const plainLogin = "org.apache.kafka.common.security.plain.PlainLoginModule required"

/** Clients log in; the node itself is nobody, and a super user. */
const kafkaProperties = {
  "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
  "inter.broker.listener.name": "INTERNAL",
  "listener.name.client.sasl.enabled.mechanisms": "PLAIN",
  "listener.name.client.plain.sasl.jaas.config": `${plainLogin} ${users.map((name) => `user_${name}="${name}-password"`).join(" ")};`,
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  "super.users": "User:root;User:ANONYMOUS",
}

interface Ran {
  readonly code: number
  readonly lines: readonly string[]
}

let kafka: ApacheKafka
let broker: TestBroker
let classpath: string
let folder: string

beforeAll(async () => {
  if (obstacle !== null) return
  folder = mkdtempSync(join(tmpdir(), "rivven-access-"))
  for (const name of users) {
    const jaas = `sasl.jaas.config=${plainLogin} username="${name}" password="${name}-password";`
    writeFileSync(join(folder, `${name}.properties`), `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n${jaas}\n`)
  }
  classpath = await kafkaClasspath()
  kafka = await startSecuredKafka()
  broker = await startSecuredBroker()
})
afterAll(async () => {
  if (obstacle !== null) return
  await kafka.stop()
  await broker.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The port of its clients is only known once it is chosen. */
async function startSecuredKafka(): Promise<ApacheKafka> {
  const internal = await freePort()
  const client = await freePort()
  const controller = await freePort()
  const address = (name: string, port: number) => `${name}://127.0.0.1:${port}`
  const listeners = [address("CLIENT", client), address("INTERNAL", internal)].join()
  const started = await startApacheKafka({
    properties: {
      ...kafkaProperties,
      "controller.quorum.voters": `1@127.0.0.1:${controller}`,
      listeners: `${listeners},${address("CONTROLLER", controller)}`,
      "advertised.listeners": listeners,
    },
  })
  return Object.assign(started, { port: client, bootstrap: `127.0.0.1:${client}` })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function runTool(main: string, args: readonly string[], { bootstrap, user }: { bootstrap: string; user: string }): Promise<Ran> {
  const java = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, main]
  const connection = ["--bootstrap-server", bootstrap, "--command-config", join(folder, `${user}.properties`)]
  return new Promise((resolve) => {
    execFile("java", [...java, ...connection, ...args], { encoding: "utf8", timeout: 60_000 }, (error, stdout, stderr) => {
      const lines = `${stdout}\n${error ? stderr : ""}`.split("\n").map((line) => line.trim())
      // Neither the order of a set nor the words of a log matter.
      const shown = lines.filter((line) => line !== "" && !/^(SLF4J|WARN|\[|at |Caused by|\d{4}-)/.test(line))
      resolve({ code: error ? 1 : 0, lines: shown.map((line) => line.split(", ").sort().join(", ")).sort() })
    })
  })
}

/** The same on both; what they said must be the same, too. */
async function both(main: string, args: string, user = "root"): Promise<Ran> {
  const [ours, theirs] = await Promise.all([
    runTool(main, args.split(" "), { bootstrap: broker.bootstrap, user }),
    runTool(main, args.split(" "), { bootstrap: kafka.bootstrap, user }),
  ])
  expect(ours, args).toEqual(theirs)
  return ours
}

const acls = (args: string, user?: string) => both("org.apache.kafka.tools.AclCommand", args, user)
const configs = (args: string, user?: string) => both("kafka.admin.ConfigCommand", args, user)

describe.skipIf(obstacle !== null)(`Kafka's own tools${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  it("kafka-acls adds, lists, matches and removes the same rules here and on Kafka", async () => {
    await acls("--add --allow-principal User:carol --operation Read --operation Describe --topic orders --group readers")
    await acls(
      "--add --allow-principal User:bob --producer --topic pre --resource-pattern-type prefixed --transactional-id tx --idempotent",
    )
    await acls("--add --deny-principal User:bob --deny-host 10.0.0.1 --operation All --topic *")
    const listed = await acls("--list")
    expect(listed.lines.some((line) => line.includes("principal=User:carol") && line.includes("operation=READ"))).toBe(true)
    expect(listed.lines.some((line) => line.includes("patternType=PREFIXED"))).toBe(true)
    const matched = await acls("--list --topic prefix --resource-pattern-type match")
    expect(matched.lines.filter((line) => line.startsWith("Current ACLs"))).toHaveLength(2)
    await acls("--remove --force --allow-principal User:carol --operation Read --topic orders")
    const left = await acls("--list --topic orders")
    expect(left.lines.join()).toContain("operation=DESCRIBE")
    expect(left.lines.join()).not.toContain("operation=READ")
    for (const { bootstrap } of [broker, kafka]) {
      const denied = await runTool("org.apache.kafka.tools.AclCommand", ["--list"], { bootstrap, user: "alice" })
      expect(denied).toMatchObject({ code: 1, lines: expect.arrayContaining([expect.stringContaining("ClusterAuthorizationException")]) })
    }
  })

  it("kafka-configs sets, describes and deletes the same quotas here and on Kafka", async () => {
    await configs("--alter --add-config producer_byte_rate=1024,consumer_byte_rate=2048 --entity-type users --entity-name carol")
    await configs("--alter --add-config request_percentage=50.5 --entity-type users --entity-default --entity-type clients --entity-name c")
    await configs("--alter --add-config connection_creation_rate=10 --entity-type ips --entity-name 127.0.0.9")
    expect((await configs("--describe --entity-type users --entity-name carol")).lines.join()).toContain("producer_byte_rate=1024")
    expect((await configs("--describe --entity-type users --entity-type clients")).lines.join()).toContain("request_percentage=50.5")
    expect((await configs("--describe --entity-type ips")).lines.join()).toContain("connection_creation_rate=10")
    await configs("--alter --delete-config producer_byte_rate --entity-type users --entity-name carol")
    expect((await configs("--describe --entity-type users --entity-name carol")).lines.join()).not.toContain("producer_byte_rate")
  })
})

describe.skipIf(obstacle !== null)("the table of uses on Apache Kafka", () => {
  let root: Talk
  let alice: Talk
  let probe: AccessProbe
  const last = new Map<number, number>()

  beforeAll(async () => {
    root = await talkAs("root", { host: "127.0.0.1", port: kafka.port })
    alice = await talkAs("alice", { host: "127.0.0.1", port: kafka.port })
    const { apiKeys } = await root.wire.call(ApiVersions, 3, { clientSoftwareName: "test", clientSoftwareVersion: "1" })
    for (const { api, versions } of handlers) {
      const theirs = apiKeys.find(({ apiKey }) => apiKey === api.key)
      if (theirs) last.set(api.key, Math.min(theirs.maxVersion, versions[1]))
    }
    probe = new AccessProbe({ root, alice, lastVersion: (key) => last.get(key), waits: true })
    await root.createTopic("t")
    // Asking for coordinators makes Kafka's logs of groups and transactions.
    for (const keyType of [0, 1]) await root.wire.call(FindCoordinator, 4, { key: "", keyType, coordinatorKeys: ["g"] })
    while ((await root.commit("g", { topic: "t", offset: 0 })) !== "NONE") await new Promise((resolve) => setTimeout(resolve, 50))
  })
  afterAll(async () => {
    await root[Symbol.asyncDispose]()
    await alice[Symbol.asyncDispose]()
  })

  /** Whether a rule has reached every part of Kafka cannot be seen; it is there after a moment. */
  const settles = (use: AccessUse, rights: readonly string[], isDenied: boolean) =>
    expect
      .poll(() => probe.isDenied(use, rights), { timeout: 3_000, interval: 20, message: `${use.key} with ${rights.join()}` })
      .toBe(isDenied)

  it("needs what it says for each of them, and no less", async () => {
    for (const use of accessUses.filter(({ key }) => last.has(key))) {
      await settles(use, [], use.enough.length > 0)
      for (const rights of use.enough) {
        await settles(use, rights, false)
        const parts = rights.length > 1 ? rights : []
        for (const right of parts)
          await settles(
            use,
            rights.filter((one) => one !== right),
            true,
          )
      }
    }
  })

  // Hundreds of processes of its own: only a campaign has the time.
  const inCampaigns = isCampaign() ? it : () => {}
  inCampaigns("takes no other single operation", async () => {
    for (const use of accessUses.filter(({ key }) => last.has(key)))
      for (const resource of new Set(use.enough.flat().map((right) => right.slice(right.indexOf(" ") + 1))))
        for (const operation of [...Object.keys(operationCodes), "ALL"])
          await settles(use, [`${operation} ${resource}`], isDeniedByTable(use, [`${operation} ${resource}`]))
  })
})
