// Starts the console. It listens first and answers at once; sources connect meanwhile, because a broker or an API server that is not there yet
// must not keep anybody from seeing why.
import { join } from "node:path"
import type { Credentials } from "@rivven/kube"
import { assemble } from "./assemble.ts"
import { withDefaults } from "./node-ports.ts"
import type { Ports } from "./ports.ts"
import { readAssets } from "./server/assets.ts"
import { HttpServer } from "./server/http.ts"
import { serverParts } from "./server/parts.ts"
import type { MetricsTarget } from "./sources/metrics/scrape.ts"

export interface ConsoleConfig {
  /** Loopback. Port 0 picks a free one. */
  listen: { host: string; port: number }
  /** Folder of the exported console. */
  uiDir: string
  /** The console's own store lies here. */
  dataDir: string
  kube: Credentials
  /** Metrics pages of nodes, by console name of their cluster. */
  metricsTargets: readonly MetricsTarget[]
  version?: string
  /** Namespace whose resources go by their name alone. Default `default`. */
  defaultNamespace?: string
}

export interface RunningConsole {
  /** Where a browser goes. */
  url: string
  /** Valid once, for 10 minutes. */
  createSignInLink: () => Promise<string>
  /** Drains: streams are told to come back, changes under way get 10 s. */
  stop: () => Promise<void>
}

/** Throws an error with code `PORT_TAKEN` when somebody else listens there. */
export async function startConsole(config: ConsoleConfig, given: Partial<Ports> = {}): Promise<RunningConsole> {
  assertLoopback(config.listen.host)
  const table = readAssets(config.uiDir)
  await using started = new AsyncDisposableStack()
  const http = await HttpServer.listen(config.listen)
  started.defer(() => http.close())
  const { kube, metricsTargets, version = "0.0.0", defaultNamespace = "default" } = config
  const storeFile = join(config.dataDir, "console.db")
  const assembly = await assemble({ storeFile, kube, metricsTargets, version, defaultNamespace }, withDefaults(given))
  started.defer(() => assembly.stop())
  assembly.start()
  const parts = serverParts({ deps: assembly.deps, links: assembly.links, table, listen: config.listen, port: http.port })
  http.serve(parts.http)
  const owned = started.move()
  const url = `http://${parts.host}`
  return {
    url,
    createSignInLink: async () => `${url}/login#k=${await assembly.links.create()}`,
    stop: async () => {
      await parts.drain(http)
      await owned.disposeAsync()
    },
  }
}

/** There is no sign-in but by link, and no TLS: nobody outside this machine may reach it. */
function assertLoopback(host: string): void {
  if (host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)) return
  throw new Error(
    `the console cannot listen on ${host}: without TLS and an authentication method it serves only 127.0.0.1, localhost and ::1`,
  )
}
