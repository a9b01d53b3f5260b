/**
 * A real Apache Kafka for tests and benchmarks: one combined KRaft node on free ports of 127.0.0.1, in a folder that goes with it. The jars
 * come from Maven once and stay in the cache folder, keyed by version; several processes may ask at the same time.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { createWriteStream, existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { kafkaPom, kafkaVersion, loggingConfig, serverProperties } from "./kafka-files.ts"

const run = promisify(execFile)

export type ApacheKafkaOptions = {
  /** Lines for `server.properties` that win over the defaults. */
  properties?: Readonly<Record<string, string>>
  /** More arguments for formatting the storage: levels of features, SCRAM users. */
  format?: readonly string[]
  /** JVM arguments. Default a small heap and quick start. */
  jvm?: readonly string[]
  /** Default a temporary folder that `stop` removes. */
  dataDir?: string
  cacheDir?: string
}

export type ApacheKafka = AsyncDisposable & {
  bootstrap: string
  port: number
  dataDir: string
  pid: number
  /** For Kafka's own tools: `java -cp <classpath> org.apache.kafka.tools.…`. */
  classpath: string
  log(): Promise<string>
  /** SIGKILL, or SIGTERM and waiting; the data stays. */
  halt(signal?: NodeJS.Signals): Promise<void>
  /** Starts again on the same data and port. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

const smallJvm = ["-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
const startTimeoutMs = 90_000
const haltTimeoutMs = 30_000

/** All jars of the pinned Kafka, one classpath. Waits while another process fetches them. */
export async function kafkaClasspath(cacheDir = defaultCacheDir()): Promise<string> {
  const home = join(cacheDir, "kafka")
  const jars = join(home, kafkaVersion)
  if (!existsSync(join(jars, "complete"))) await fetchJars(home, jars)
  return join(jars, "*")
}

/** `$XDG_CACHE_HOME/rivven`, else `~/.cache/rivven`. */
function defaultCacheDir(): string {
  // biome-ignore lint/style/noProcessEnv: tests and benchmarks share the cache of the scripts
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "rivven")
}

async function fetchJars(home: string, jars: string): Promise<void> {
  await mkdir(home, { recursive: true })
  const work = await mkdtemp(join(home, "fetch-"))
  try {
    await writeFile(join(work, "pom.xml"), kafkaPom)
    const fetched = join(work, "jars")
    const maven = ["mvn", "-q", "-B", "-f", join(work, "pom.xml"), "dependency:copy-dependencies", `-DoutputDirectory=${fetched}`]
    await run("flock", [join(home, "fetch.lock"), ...maven], { maxBuffer: 64 * 1024 * 1024 })
    await writeFile(join(fetched, "complete"), "")
    // Whoever comes second finds the folder there, and that it is complete.
    await rename(fetched, jars).catch((error: unknown) => {
      if (!existsSync(join(jars, "complete"))) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

export async function startApacheKafka(options: ApacheKafkaOptions = {}): Promise<ApacheKafka> {
  const classpath = await kafkaClasspath(options.cacheDir)
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "apache-kafka-")))
  const [port, controllerPort] = await freePorts()
  const properties = join(dataDir, "server.properties")
  await mkdir(dataDir, { recursive: true })
  await writeFile(properties, serverProperties({ port, controllerPort, dataDir, more: options.properties ?? {} }))
  await writeFile(join(dataDir, "log4j2.properties"), loggingConfig)
  const java = (main: string, ...args: string[]) => [
    `-Dlog4j2.configurationFile=file:${join(dataDir, "log4j2.properties")}`,
    "-cp",
    classpath,
    main,
    ...args,
  ]
  const format = java("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", "RivvenTestKafkaAAAAAAA", "-c", properties)
  await run("java", ["-Xmx128m", "-XX:TieredStopAtLevel=1", ...format, ...(options.format ?? [])])
  const node = new KafkaNode(dataDir, [...(options.jvm ?? smallJvm), ...java("kafka.Kafka", properties)])
  await node.start()
  const stop = async () => {
    await node.halt("SIGKILL")
    await rm(dataDir, { recursive: true, force: true })
  }
  return {
    bootstrap: `127.0.0.1:${port}`,
    port,
    dataDir,
    classpath,
    get pid() {
      return node.pid
    },
    log: () => readFile(node.logFile, "utf8"),
    halt: (signal) => node.halt(signal ?? "SIGTERM"),
    restart: () => node.start(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

class KafkaNode {
  readonly logFile: string
  readonly #args: readonly string[]
  #process: ChildProcess | null = null

  constructor(dataDir: string, args: readonly string[]) {
    this.logFile = join(dataDir, "kafka.log")
    this.#args = args
  }

  get pid(): number {
    return this.#process?.pid ?? -1
  }

  /** Resolves when the node says that it is started; its log is the only thing that knows about recovery and registration. */
  start(): Promise<void> {
    const child = spawn("java", this.#args, { stdio: ["ignore", "pipe", "pipe"] })
    this.#process = child
    const log = createWriteStream(this.logFile, { flags: "a" })
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Apache Kafka did not start within ${startTimeoutMs} ms, see ${this.logFile}`)),
        startTimeoutMs,
      )
      let recent = ""
      const read = (chunk: Buffer) => {
        log.write(chunk)
        recent = (recent + chunk.toString("utf8")).slice(-4_096)
        if (recent.includes("Kafka Server started")) finish()
      }
      const finish = (error?: Error) => {
        clearTimeout(timer)
        if (error === undefined) resolve()
        else reject(error)
      }
      child.stdout?.on("data", read)
      child.stderr?.on("data", read)
      child.once("error", finish)
      child.once("exit", (code, signal) => finish(new Error(`Apache Kafka ended with ${signal ?? code}: ${recent}`)))
    })
  }

  async halt(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill(signal)
    const timer = setTimeout(() => child.kill("SIGKILL"), haltTimeoutMs)
    await ended
    clearTimeout(timer)
  }
}

async function freePorts(): Promise<[number, number]> {
  const servers = await Promise.all([listen(), listen()])
  const [first, second] = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [first as number, second as number]
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => resolve(server))
  })
}
