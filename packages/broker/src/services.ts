// What handlers work with: every part of the broker that a request may reach.
import type { Fetcher } from "./fetch/fetcher.ts"
import type { FetchSessions } from "./fetch/sessions.ts"
import type { GroupCoordinator } from "./groups/coordinator.ts"
import type { GroupAdmin } from "./groups/group-admin.ts"
import type { LogManager } from "./log/log-manager.ts"
import type { Metrics } from "./metrics.ts"
import type { Clock, Logger } from "./ports.ts"
import type { Authorizer } from "./security/access.ts"
import type { BatchPolicy } from "./topics/batch-policy.ts"
import type { Catalog } from "./topics/catalog.ts"
import type { ConfigAdmin } from "./topics/config-admin.ts"
import type { ConfigStore } from "./topics/config-store.ts"
import type { ProducerIds } from "./topics/producer-ids.ts"
import type { TopicAdmin } from "./topics/topic-admin.ts"
import type { TopicLogs } from "./topics/topic-logs.ts"

export interface BrokerIdentity {
  readonly clusterId: string
  readonly nodeId: number
  /** Where clients are told to connect. */
  readonly host: string
  readonly port: number
  readonly dataDir: string
}

/** One line of what ApiVersions says. */
export interface AdvertisedApi {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface Services {
  readonly identity: BrokerIdentity
  readonly advertised: readonly AdvertisedApi[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Null where everybody may do everything. */
  readonly authorizer: Authorizer | null
  readonly logs: LogManager
  readonly catalog: Catalog
  readonly configs: ConfigStore
  readonly topics: TopicAdmin
  readonly topicLogs: TopicLogs
  readonly batchPolicy: BatchPolicy
  readonly configAdmin: ConfigAdmin
  readonly producerIds: ProducerIds
  readonly groups: GroupCoordinator
  readonly groupAdmin: GroupAdmin
  readonly fetcher: Fetcher
  readonly fetchSessions: FetchSessions
}
