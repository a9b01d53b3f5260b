// Everything of Rivven in one process: node (embedded engine), resource API, operator, console, in the order in which they need each other.
// What a later part cannot start without stops the earlier ones again; stop runs in the reverse order, so that the console drains first.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { startConsole } from "@rivven/api"
import { KubeClient } from "@rivven/kube"
import { startEmbeddedApi } from "@rivven/kube/embedded"
import { type Address, parseNodeConfig, start as startNode } from "@rivven/node"
import { start as startOperator } from "@rivven/operator"
import { crds } from "@rivven/resources"
import type { Logger } from "pino"
import { CommandError } from "../errors.ts"
import { version } from "../version.ts"
import { type ControlAnswer, type ControlRequest, controlPath, serveControl } from "./control-socket.ts"
import type { DataDir } from "./data-dir.ts"
import { keepLocalCluster } from "./local-cluster.ts"

export interface UpOptions {
  dataDir: DataDir
  kafkaListen: string
  consoleListen: string
  metricsListen: string
  apiListen: string
  durability: string
  /** Folder of the exported console. */
  uiDir: string
  logger: Logger
}

/** What `--output json` prints. */
export interface Ready {
  version: string
  pid: number
  dataDir: string
  /** `host:port`. */
  kafka: string
  console: string
  resourceApi: string
  metrics: string
  /** Path of a kubeconfig for kubectl. */
  kubeconfig: string
  /** Valid once, for 10 minutes. */
  signInLink: string
}

export interface Instance {
  ready: Ready
  stop(): Promise<void>
}

/** The holder of the data directory's lock calls this. Throws `CommandError` with what to change. */
export async function startInstance(options: UpOptions): Promise<Instance> {
  await using started = new AsyncDisposableStack()
  const { dataDir, logger } = options

  const node = await onPort("--kafka-listen", options.kafkaListen, () =>
    startNode(
      parseNodeConfig({
        node: { data_dir: dataDir.broker },
        listeners: { client: options.kafkaListen },
        storage: { durability: options.durability },
        observability: { metrics: { listen: options.metricsListen } },
      }),
      { logger: logger.child({ part: "node" }) },
    ),
  )
  started.defer(() => node.stop())

  const resourceApi = await onPort("--api-listen", options.apiListen, () =>
    startEmbeddedApi({
      dir: dataDir.resources,
      listen: address(options.apiListen),
      crds: crds(),
      kubeconfigPath: join(dataDir.root, "kubeconfig"),
      logger: logger.child({ part: "resource-api" }),
    }),
  )
  started.defer(() => resourceApi.stop())

  const credentials = { server: resourceApi.server, ca: resourceApi.caPem, token: resourceApi.token }
  const kube = new KubeClient(credentials)
  started.defer(() => kube.close())
  const kafka = formatAddress(node.kafka)
  const cluster = await keepLocalCluster(kube, kafka, logger.child({ part: "up" }))
  started.defer(() => cluster.stop())

  const operator = await startOperator({ kube, batch: { lingerMs: 10 } }, { logger: logger.child({ part: "operator" }) })
  started.defer(() => operator.stop())

  const metrics = `http://${formatAddress(node.metrics)}`
  const console = await onPort("--console-listen", options.consoleListen, () =>
    startConsole(
      {
        listen: address(options.consoleListen),
        uiDir: options.uiDir,
        dataDir: dataDir.console,
        kube: credentials,
        metricsTargets: [{ cluster: "local", url: `${metrics}/metrics` }],
        version,
      },
      { logger: logger.child({ part: "console" }) },
    ),
  )
  started.defer(() => console.stop())

  const control = await serveControl(controlPath(dataDir.root), (request) => answer(request, console))
  started.defer(() => control.stop())

  const ready: Ready = {
    version,
    pid: process.pid,
    dataDir: dataDir.root,
    kafka,
    console: console.url,
    resourceApi: resourceApi.server,
    metrics,
    kubeconfig: resourceApi.kubeconfigPath,
    signInLink: await console.createSignInLink(),
  }
  writeFileSync(join(dataDir.root, "up.json"), `${JSON.stringify({ ...ready, signInLink: undefined }, null, 2)}\n`, { mode: 0o600 })
  const owned = started.move()
  return { ready, stop: () => owned.disposeAsync() }
}

async function answer(request: ControlRequest, console: { createSignInLink(): Promise<string> }): Promise<ControlAnswer> {
  switch (request.ask) {
    case "link":
      return { signInLink: await console.createSignInLink() }
    case "who":
      return { pid: process.pid, version }
    default:
      return { error: `unknown request ${JSON.stringify(request)}: expected {"ask":"link"} or {"ask":"who"}` }
  }
}

/** Names the flag that moves a part to another port. */
async function onPort<T>(flag: string, listen: string, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    if (!(error instanceof Error) || !isPortTaken(error)) throw error
    const { host, port } = address(listen)
    // The node listens on two addresses; its message says which of them is taken.
    const [, takenPort = `${port}`, takenHost = host] = /port (\d+) on (\S+)/.exec(error.message) ?? []
    const which = flag === "--kafka-listen" && takenPort !== `${port}` ? "--metrics-listen" : flag
    throw new CommandError(
      `port ${takenPort} on ${takenHost} is already in use: stop what listens there, or choose another with ${which} host:port (port 0 picks a free one)`,
    )
  }
}

function isPortTaken(error: Error): boolean {
  return "code" in error && (error.code === "EADDRINUSE" || error.code === "PORT_TAKEN")
}

function address(text: string): Address {
  const at = text.lastIndexOf(":")
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) }
}

function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}
