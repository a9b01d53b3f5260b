// Runs docs/guides/security.md as it is written: its files go into a folder, its scripts run there, with Kafka's tools, kcat and Python as a
// user has them. Only ports, the data directory and the address of the token issuer are exchanged.
import { type ChildProcess, spawn } from "node:child_process"
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { createServer, type Server } from "node:http"
import { createServer as createTcpServer } from "node:net"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { kafkaClasspath } from "@rivven/client/testing"
import { exportJWK, generateKeyPair, SignJWT } from "jose"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readNodeConfig } from "./config.ts"
import { type RunningNode, start } from "./node.ts"
import type { Logger } from "./ports.ts"

const root = join(import.meta.dirname, "../../..")
const guide = readFileSync(join(root, "docs/guides/security.md"), "utf8")
const tools: Record<string, string> = {
  "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
  "kafka-configs.sh": "kafka.admin.ConfigCommand",
  "kafka-acls.sh": "org.apache.kafka.tools.AclCommand",
}

let work: string
let issuer: Issuer

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "rivven-security-"))
  issuer = await startIssuer()
  await makeTools()
})
afterAll(() => {
  issuer.server.close()
  rmSync(work, { recursive: true, force: true })
})

describe("the guide", () => {
  it("passwords over TLS: Kafka's tools, kcat, Python; a deleted user is out", async () => {
    await using scene = await Scene.open("tls")
    await scene.start()
    expect(await scene.run("topics.sh")).toContain("orders")
    expect(await scene.run("users.sh")).toContain("SCRAM-SHA-256=iterations=8192")
    expect(await scene.run("kcat.sh")).toContain("hello")
    expect(await scene.run("app.py")).toContain("delivered")
    expect(await scene.fails("kcat.sh", [["app-secret", "wrong"]])).toMatch(/SASL authentication error|Authentication failed/)
    const wrong = await scene.fails("topics.sh", [["admin.properties", "wrong.properties"]], {
      "wrong.properties": scene.read("admin.properties").replace("correct horse", "wrong horse"),
    })
    expect(wrong).toContain("invalid credentials with SASL mechanism SCRAM-SHA-512")
    await scene.run("delete-user.sh")
    expect(await scene.fails("app.py", [["flush(20)", "flush(2)"]])).toContain("Authentication failed")
    expect(scene.log).not.toMatch(/correct horse|app-secret/)
  }, 120_000)

  it("client certificates: Java and kcat", async () => {
    await using scene = await Scene.open("mtls")
    await scene.start()
    expect(await scene.run("topics.sh")).toContain("Created topic orders")
    expect(
      await scene.fails("topics.sh", [
        ["client.crt", "tls.crt"],
        ["client.key", "tls.key"],
        ["--create", "--list"],
      ]),
    ).toMatch(/SSL|closed|Disconnected/i)
  }, 60_000)

  it("tokens: Java and Python by an issuer's endpoint", async () => {
    await using scene = await Scene.open("oauth")
    await scene.start()
    expect(await scene.run("topics.sh")).toContain("Created topic orders")
    expect(await scene.run("app.py")).toContain("delivered")
    issuer.audience = "another"
    expect(await scene.fails("app.py", [["flush(20)", "flush(2)"]])).toMatch(/invalid_token|Authentication failed/i)
    issuer.audience = "kafka"
  }, 60_000)

  it("several listeners answer their own addresses; certificates and users are read again without breaking a connection", async () => {
    await using scene = await Scene.open("several", "tls")
    const node = await scene.start()
    expect([...node.listeners.keys()]).toEqual(["client", "outside"])
    const list = (port: string) => scene.shell(`kcat -L -J -b localhost:${port} ${saslOptions(port, scene)}`)
    expect(await list(scene.ports[1])).toContain(`localhost:${scene.ports[1]}`)
    expect(await list(scene.ports[0])).toContain(`localhost:${scene.ports[0]}`)
    await scene.shell("sh make-certificates.sh")
    await node.reload()
    expect(await list(scene.ports[1])).toContain(`localhost:${scene.ports[1]}`)
    writeFileSync(join(scene.dir, "users.yaml"), "users: [{ name: admin, password: another }]\n")
    await node.reload()
    await expect(list(scene.ports[0])).rejects.toThrow(/Authentication failed/)
    writeFileSync(join(scene.dir, "tls.crt"), "nothing")
    await node.reload()
    expect(scene.log).toContain("the former ones stay")
  }, 60_000)
})

const saslOptions = (port: string, { ports }: Scene) =>
  `-X security.protocol=${port === ports[0] ? "sasl_plaintext" : "sasl_ssl"} -X ssl.ca.location=ca.crt -X sasl.mechanisms=SCRAM-SHA-512 -X sasl.username=admin -X "sasl.password=correct horse battery staple"`

/** The files of one example in a folder of their own, and the node that runs by them. */
class Scene implements AsyncDisposable {
  readonly dir: string
  readonly ports: [string, string]
  readonly #lines: string[] = []
  #node: RunningNode | undefined
  readonly #children: ChildProcess[] = []

  private constructor(dir: string, ports: [string, string]) {
    this.dir = dir
    this.ports = ports
  }

  /** Files of `base` that the example has not itself are there, too. */
  static async open(name: string, base = name): Promise<Scene> {
    const scene = new Scene(mkdtempSync(join(work, `${name}-`)), [String(await freePort()), String(await freePort())])
    for (const from of [base, name])
      for (const [, file = "", text = ""] of guide.matchAll(new RegExp(`^\`\`\`\\w+ ${from}/(\\S+)\\n([^]*?)^\`\`\`$`, "gm")))
        writeFileSync(join(scene.dir, file), scene.#exchange(text))
    if (existsSync(join(scene.dir, "make-certificates.sh"))) await scene.shell("sh make-certificates.sh")
    return scene
  }

  get log(): string {
    return this.#lines.join("\n")
  }

  read(file: string): string {
    return readFileSync(join(this.dir, file), "utf8")
  }

  async start(): Promise<RunningNode> {
    const keep = (fields: object, message: string) => void this.#lines.push(`${message} ${JSON.stringify(fields)}`)
    const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep }
    const settings = `${this.read("rivven.yaml")}\nobservability: { metrics: { listen: "127.0.0.1:0" } }\n`
    this.#node = await start(readNodeConfig(settings), { logger }, { baseDir: this.dir })
    return this.#node
  }

  run(file: string): Promise<string> {
    return this.shell(file.endsWith(".py") ? `python ${file}` : `sh -e ${file}`)
  }

  /** Runs it with some words exchanged and answers what it said when it failed. */
  async fails(file: string, exchanged: readonly (readonly [string, string])[], more: Record<string, string> = {}): Promise<string> {
    for (const [name, text] of Object.entries(more)) writeFileSync(join(this.dir, name), text)
    const text = exchanged.reduce((all, [from, to]) => all.replaceAll(from, to), this.read(file))
    writeFileSync(join(this.dir, `changed-${file}`), text)
    return this.run(`changed-${file}`).then(
      (output) => Promise.reject(new Error(`it did not fail: ${output}`)),
      (error: Error) => error.message,
    )
  }

  shell(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      // biome-ignore lint/style/noProcessEnv: programs that users have are found on the PATH
      const env = { ...process.env, PATH: `${join(work, "bin")}:${process.env.PATH}` }
      const child = spawn("sh", ["-ec", command], { cwd: this.dir, env, timeout: 45_000 })
      this.#children.push(child)
      let output = ""
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => {
          output += String(chunk)
        })
      child.on("close", (code) => (code === 0 ? resolve(output) : reject(new Error(output || `exit ${code}`))))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill()
    await this.#node?.stop()
  }

  #exchange(text: string): string {
    return text
      .replaceAll("9292", this.ports[0])
      .replaceAll("9293", this.ports[1])
      .replaceAll("/var/lib/rivven", join(this.dir, "data"))
      .replaceAll("https://idp.example.com/", `${issuer.url}/`)
  }
}

interface Issuer {
  readonly server: Server
  readonly url: string
  audience: string
}

/** Gives everybody who asks at `/token` a token for `app`. */
async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256")
  const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" }
  const made: { audience: string } = { audience: "kafka" }
  const token = () =>
    new SignJWT({ scope: "kafka" })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer("https://idp.example.com")
      .setAudience(made.audience)
      .setSubject("app")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey)
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json")
    if (request.url === "/jwks") response.end(JSON.stringify({ keys: [jwk] }))
    else void token().then((access) => response.end(JSON.stringify({ access_token: access, token_type: "Bearer", expires_in: 300 })))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return Object.assign(made, { server, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}` })
}

/** Kafka's scripts by their names, a kcat over a current librdkafka, and a Python that has confluent-kafka. */
async function makeTools(): Promise<void> {
  const bin = join(work, "bin")
  mkdirSync(bin)
  const classpath = await kafkaClasspath()
  const script = (name: string, line: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  for (const [name, main] of Object.entries(tools))
    script(name, `exec java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC $KAFKA_OPTS -cp '${classpath}' ${main} "$@"`)
  const cache = join(homedir(), ".cache", "rivven")
  const python = join(cache, readdirSync(cache).find((name) => name.startsWith("python-confluent-kafka")) ?? "")
  script("python", `exec ${join(python, "bin", "python")} "$@"`)
  const [library = ""] = globSync(join(python, "lib/*/site-packages/confluent_kafka.libs/librdkafka-*.so.1"))
  mkdirSync(join(work, "lib"))
  symlinkSync(library, join(work, "lib", "librdkafka.so.1"))
  script("kcat", `LD_LIBRARY_PATH=${join(work, "lib")}:${dirname(library)} exec /usr/bin/kcat "$@"`)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcpServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0))
    })
  })
}
