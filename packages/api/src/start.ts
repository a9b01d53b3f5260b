// Puts the console together and starts it. It listens first and answers; sources connect meanwhile, because a broker or an API server that is
// not there yet must not keep anybody from seeing why.
import { join } from "node:path"
import { createClient } from "@rivven/client"
import { type Credentials, KubeClient } from "@rivven/kube"
import { AlertMonitor } from "./alerts/monitor.ts"
import { loopbackLimits, Sessions } from "./auth/sessions.ts"
import { SignInLinks } from "./auth/sign-in-links.ts"
import type { Deps } from "./context.ts"
import { newSecret } from "./ids.ts"
import { ListOrders } from "./list-page.ts"
import { LiveHub } from "./live/hub.ts"
import { Watcher } from "./live/watcher.ts"
import { withDefaults } from "./node-ports.ts"
import type { Ports } from "./ports.ts"
import { PlanCache } from "./routers/topics/plan/plan-cache.ts"
import { readAssets } from "./server/assets.ts"
import { HttpServer } from "./server/http.ts"
import { serverParts } from "./server/parts.ts"
import { BrokerSources } from "./sources/broker/broker-sources.ts"
import { followResources } from "./sources/follow-resources.ts"
import { ResourceSource } from "./sources/kube/resource-source.ts"
import { Sampler } from "./sources/metrics/sampler.ts"
import type { MetricsTarget } from "./sources/metrics/scrape.ts"
import { SeriesBook } from "./sources/metrics/series-book.ts"
import { SeriesKeeper } from "./sources/metrics/series-keeper.ts"
import { openStore } from "./store/store.ts"

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
  createSignInLink(): Promise<string>
  /** Drains: streams are told to come back, changes under way get 10 s. */
  stop(): Promise<void>
}

/** Throws an error with code `PORT_TAKEN` when somebody else listens there. */
export async function startConsole(config: ConsoleConfig, given: Partial<Ports> = {}): Promise<RunningConsole> {
  const ports = withDefaults(given)
  const { clock, random, logger } = ports
  assertLoopback(config.listen.host)
  const table = readAssets(config.uiDir)
  await using started = new AsyncDisposableStack()
  const store = await openStore(join(config.dataDir, "console.db"))
  started.defer(() => store.destroy())
  const http = await HttpServer.listen(config.listen)
  started.defer(() => http.close())

  const settings = { version: config.version ?? "0.0.0", defaultNamespace: config.defaultNamespace ?? "default" }
  const kube = new KubeClient(config.kube)
  started.defer(() => kube.close())
  const resources = new ResourceSource({ kube, clock, defaultNamespace: settings.defaultNamespace, ports: { logger } })
  const brokers = new BrokerSources({ clock, connect: createClient })
  started.defer(() => brokers.close())
  const live = new LiveHub({ clock, epoch: newSecret(random).slice(0, 12), version: settings.version })
  const sessions = await Sessions.load({ store, clock, random, limits: loopbackLimits })
  const links = new SignInLinks({ store, clock, random })

  const series = new SeriesBook()
  const keeper = await SeriesKeeper.load({ book: series, store, clock, logger })
  started.defer(() => keeper.stop())
  const alerts = new AlertMonitor({
    clock,
    random,
    logger,
    store,
    book: series,
    clusters: () => brokers.all().map(({ cluster }) => cluster),
    onChange: (cluster) => live.publish("alerts", cluster),
  })
  const watcher = new Watcher({ clock, logger, hub: live, brokers })
  const sampler = new Sampler({
    clock,
    logger,
    book: series,
    brokers,
    resources,
    targets: config.metricsTargets,
    onSampled: (source) => {
      watcher.compare(source)
      live.publish("metrics", source.cluster)
    },
  })
  const deps: Deps = {
    clock,
    random,
    logger,
    settings,
    store,
    sessions,
    live,
    resources,
    brokers,
    series,
    sampler,
    alerts,
    plans: new PlanCache(),
    orders: new ListOrders({ clock, random }),
  }

  followResources(deps, () => watcher.wake())
  live.onInterest(() => watcher.wake())
  sessions.onEnded((id) => live.endSession(id))
  resources.start()
  started.defer(() => resources.stop())
  sampler.start()
  started.defer(() => sampler.stop())
  alerts.start()
  started.defer(() => alerts.stop())
  started.defer(() => watcher.stop())

  const parts = serverParts({ deps, links, table, listen: config.listen, port: http.port })
  http.serve(parts.http)
  const owned = started.move()
  const url = `http://${parts.host}`
  return {
    url,
    createSignInLink: async () => `${url}/login#k=${await links.create()}`,
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
