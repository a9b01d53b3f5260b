// The embedded resource API: one directory, one listener, everything in between. Starts in the order lock, journal, kinds, files, listener;
// stops in the reverse order, so that what was acknowledged is on disk when the lock is given back.
import type { IncomingMessage, ServerResponse } from "node:http"
import { join } from "node:path"
import { type KubePorts, type Logger, withDefaults } from "../ports.ts"
import { DiscoveryHandler } from "./discovery/handler.ts"
import { ApiHandler } from "./http/api-handler.ts"
import { formatKubeconfig, loadCredentials } from "./http/credentials.ts"
import { ResourceHandler } from "./http/handler.ts"
import { Listener } from "./http/listener.ts"
import { Registry } from "./kinds/registry.ts"
import { EventExpiry } from "./lifecycle/event-expiry.ts"
import { GarbageCollector } from "./lifecycle/garbage-collector.ts"
import { HandEdits } from "./lifecycle/hand-edits.ts"
import { seed } from "./lifecycle/seed.ts"
import { type Disk, nodeDisk } from "./storage/disk.ts"
import { Files } from "./storage/files.ts"
import { Journal } from "./storage/journal.ts"
import { Store } from "./storage/store.ts"
import { Writer } from "./verbs/writer.ts"

export type EmbeddedApiOptions = {
  /** Holds one YAML file per object, and `.state`. */
  dir: string
  /** Port 0 picks a free one. */
  listen: { host: string; port: number }
  /** CustomResourceDefinitions of the kinds to serve. */
  crds: readonly object[]
  /** Where to write the kubeconfig; `<dir>/.state/kubeconfig` when absent. */
  kubeconfigPath?: string
  logger?: Logger
  ports?: Partial<KubePorts & { disk: Disk }>
  /** Whether edits of the files are taken up while the server runs. Default: yes. */
  watchesFiles?: boolean
  /** How many changes a watch may lag behind before it has to list again. */
  retainedEvents?: number
}

export type EmbeddedApi = {
  /** `https://127.0.0.1:PORT` */
  server: string
  caPem: string
  token: string
  kubeconfigPath: string
  stop(): Promise<void>
}

/** Throws `Locked`, `StorageDamaged`, `BadCrd`, or what the operating system says about the port. */
export async function startEmbeddedApi(options: EmbeddedApiOptions): Promise<EmbeddedApi> {
  await using started = new AsyncDisposableStack()
  const { dir, listen } = options
  const disk = options.ports?.disk ?? nodeDisk
  const ports = withDefaults({ ...options.ports, logger: options.logger ?? options.ports?.logger })
  const stateDir = join(dir, ".state")
  await disk.makeDir(stateDir)
  const lock = disk.lock(join(stateDir, "lock"))
  started.defer(() => lock.release())

  const registry = new Registry(options.crds)
  const journalPath = join(stateDir, "journal")
  const { journal, replayed } = await Journal.open(disk, journalPath)
  if (replayed.droppedBytes > 0)
    ports.logger.warn({ bytes: replayed.droppedBytes }, "an unfinished write at the end of the resource journal was cut off")
  const store = new Store({ journal, replayed, logger: ports.logger, retainedEvents: options.retainedEvents })
  started.defer(() => store.close())
  const server = { store, registry, ports }
  const writer = new Writer(server)
  await seed(writer, options.crds)

  const files = new Files({ disk, dir, journalPath, store, resources: registry.all, logger: ports.logger })
  const cleanMark = join(stateDir, "clean")
  const wasClean = (await disk.read(cleanMark)) !== undefined
  await disk.remove(cleanMark)
  files.start()
  started.defer(async () => {
    await files.stop()
    if (!store.failure) await disk.replace(cleanMark, "", { mode: 0o600, isDurable: true })
  })
  const edits = new HandEdits({ dir, files, writer })
  const readingEdits = files
    .repair(wasClean)
    .then((strange) => edits.read(strange))
    .catch((error: unknown) => ports.logger.error({ err: error }, "resource files could not be compared with the store"))
  if (options.watchesFiles !== false) await edits.watch()
  started.defer(async () => {
    await readingEdits
    await edits.stop()
  })
  const collector = new GarbageCollector(writer)
  collector.start()
  started.defer(() => collector.stop())
  const expiry = new EventExpiry(server)
  expiry.start()
  started.defer(() => expiry.stop())

  const { key, caPem, token } = await loadCredentials({ disk, stateDir, host: listen.host, clock: ports.clock })
  const resources = new ResourceHandler(writer)
  const api = new ApiHandler({ server, token, resources, discovery: new DiscoveryHandler(registry) })
  const handle = (request: IncomingMessage, response: ServerResponse): void => void api.handle(request, response)
  const listener = await Listener.open({ ...listen, key, cert: caPem, clock: ports.clock, handle })
  started.defer(() => listener.close())
  started.defer(() => resources.stop())

  const url = `https://${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${listener.port}`
  const kubeconfigPath = options.kubeconfigPath ?? join(stateDir, "kubeconfig")
  await disk.replace(kubeconfigPath, formatKubeconfig({ server: url, caPem, token }), { mode: 0o600, isDurable: true })
  const owned = started.move()
  return { server: url, caPem, token, kubeconfigPath, stop: () => owned.disposeAsync() }
}
