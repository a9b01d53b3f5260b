// The console without its HTTP server: store, sources, sampler, rules, live changes, tied together. Nothing runs before `start`.
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
import type { Ports } from "./ports.ts"
import { PlanCache } from "./routers/topics/plan/plan-cache.ts"
import type { BrokerSource } from "./sources/broker/broker-source.ts"
import { BrokerSources } from "./sources/broker/broker-sources.ts"
import type { BudgetLimits } from "./sources/broker/budget.ts"
import { followResources } from "./sources/follow-resources.ts"
import { ResourceSource } from "./sources/kube/resource-source.ts"
import { metric as names } from "./sources/metrics/names.ts"
import { Sampler } from "./sources/metrics/sampler.ts"
import type { MetricsTarget } from "./sources/metrics/scrape.ts"
import { SeriesBook } from "./sources/metrics/series-book.ts"
import { SeriesKeeper } from "./sources/metrics/series-keeper.ts"
import { openStore } from "./store/store.ts"

export interface AssemblyConfig {
  /** File of the store, or `:memory:`. */
  storeFile: string
  kube: Credentials
  metricsTargets: readonly MetricsTarget[]
  version: string
  defaultNamespace: string
  /** What may be asked of each cluster; the usual limits when absent. */
  brokerLimits?: BudgetLimits
}

export interface Assembly {
  deps: Deps
  links: SignInLinks
  sampler: Sampler
  monitor: AlertMonitor
  watcher: Watcher
  start(): void
  stop(): Promise<void>
}

export async function assemble(config: AssemblyConfig, ports: Ports): Promise<Assembly> {
  const { clock, random, logger } = ports
  await using opened = new AsyncDisposableStack()
  const store = await openStore(config.storeFile)
  opened.defer(() => store.destroy())
  const { version, defaultNamespace } = config
  const kube = new KubeClient(config.kube)
  opened.defer(() => kube.close())
  const resources = new ResourceSource({ kube, clock, defaultNamespace, ports: { logger } })
  const brokers = new BrokerSources({ clock, connect: createClient, limits: config.brokerLimits })
  opened.defer(() => brokers.close())
  const live = new LiveHub({ clock, epoch: newSecret(random).slice(0, 12), version })
  const sessions = await Sessions.load({ store, clock, random, limits: loopbackLimits })
  const series = new SeriesBook()
  const keeper = await SeriesKeeper.load({ book: series, store, clock, logger })
  opened.defer(() => keeper.stop())

  const watcher = new Watcher({ clock, logger, hub: live, brokers })
  const clusters = (): string[] => brokers.all().map(({ cluster }) => cluster)
  const onSampled = (source: BrokerSource): void => {
    watcher.compare(source)
    live.publish("metrics", source.cluster)
  }
  const sampler = new Sampler({ clock, logger, book: series, brokers, resources, targets: config.metricsTargets, onSampled })
  const isSampled = (cluster: string): boolean => sampler.state(cluster).sampledAt > 0
  const onAlert = (cluster: string): void => live.publish("alerts", cluster)
  const monitor = new AlertMonitor({
    ...ports,
    store,
    book: series,
    clusters,
    hasNone: hasNone(brokers, resources),
    isSampled,
    onChange: onAlert,
  })
  const settings = { version, defaultNamespace }
  const lists = { plans: new PlanCache(), orders: new ListOrders(ports) }
  const deps: Deps = { ...ports, ...lists, settings, store, sessions, live, resources, brokers, series, sampler, alerts: monitor }

  const start = (): void => {
    followResources(deps, () => {
      watcher.wake()
      sampler.wake()
    })
    live.onInterest(() => watcher.wake())
    sessions.onEnded((id) => live.endSession(id))
    resources.start()
    sampler.start()
    monitor.start()
    keeper.start()
  }
  const owned = opened.move()
  const stop = async (): Promise<void> => {
    watcher.stop()
    await Promise.all([sampler.stop(), monitor.stop(), resources.stop()])
    await owned.disposeAsync()
  }
  return { deps, links: new SignInLinks({ store, clock, random }), sampler, monitor, watcher, start, stop }
}

/** Groups that committed nothing have no lag, and topics without resources no conditions. */
function hasNone(brokers: BrokerSources, resources: ResourceSource): (cluster: string, metric: string) => boolean {
  return (cluster, metric) => {
    if (metric === names.resourceCondition) return resources.freshness().degraded.length === 0 && resources.topics(cluster).length === 0
    if (!metric.startsWith("rivven_consumer_")) return false
    const groups = brokers.get(cluster)?.peek().groups
    return (
      groups?.value !== undefined &&
      groups.failure === undefined &&
      [...groups.value.groups.values()].every(({ commits }) => commits?.length === 0)
    )
  }
}
