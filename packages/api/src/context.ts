// What a procedure is given: who asks, and the sources it may use. Routers and the functions behind them know nothing else.
import type { Subject } from "./access.ts"
import type { AlertMonitor } from "./alerts/monitor.ts"
import type { Sessions } from "./auth/sessions.ts"
import type { ListOrders } from "./list-page.ts"
import type { LiveHub } from "./live/hub.ts"
import type { Clock, Logger, Random } from "./ports.ts"
import type { PlanCache } from "./routers/topics/plan/plan-cache.ts"
import type { BrokerSources } from "./sources/broker/broker-sources.ts"
import type { ResourceSource } from "./sources/kube/resource-source.ts"
import type { Sampler } from "./sources/metrics/sampler.ts"
import type { SeriesBook } from "./sources/metrics/series-book.ts"
import type { Store } from "./store/store.ts"

export interface Caller {
  subject: Subject
  /** Public id of the session; null for anonymous. */
  sessionId: string | null
  address: string
  requestId: string
  /** Aborted when the browser goes away or the request takes too long. */
  signal: AbortSignal
}

export interface Settings {
  version: string
  /** Where resources are written when nobody says otherwise. */
  defaultNamespace: string
}

export interface Deps {
  clock: Clock
  random: Random
  logger: Logger
  settings: Settings
  store: Store
  sessions: Sessions
  live: LiveHub
  resources: ResourceSource
  brokers: BrokerSources
  series: SeriesBook
  orders: ListOrders
  sampler: Pick<Sampler, "state">
  alerts: Pick<AlertMonitor, "statuses" | "evaluatedAt">
  plans: PlanCache
}

export interface Context {
  caller: Caller
  deps: Deps
}
