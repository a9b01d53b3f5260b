// What handlers work with: every part of the broker that a request may reach.
import type { Fetcher } from "./fetch/fetcher.ts"
import type { FetchSessions } from "./fetch/sessions.ts"
import type { GroupCoordinator } from "./groups/coordinator.ts"
import type { GroupAdmin } from "./groups/group-admin.ts"
import type { LogManager } from "./log/log-manager.ts"
import type { Metrics } from "./metrics.ts"
import type { Clock, Logger } from "./ports.ts"
import type { QuotaAdmin } from "./quotas/quota-admin.ts"
import type { Quotas } from "./quotas/quotas.ts"
import type { Authorizer } from "./security/access.ts"
import type { AclAdmin } from "./security/acl-admin.ts"
import type { ScramAdmin } from "./security/scram-admin.ts"
import type { Security } from "./security/security.ts"
import type { BatchPolicy } from "./topics/batch-policy.ts"
import type { Catalog } from "./topics/catalog.ts"
import type { ConfigAdmin } from "./topics/config-admin.ts"
import type { ConfigStore } from "./topics/config-store.ts"
import type { ProducerIds } from "./topics/producer-ids.ts"
import type { TopicAdmin } from "./topics/topic-admin.ts"
import type { TopicLogs } from "./topics/topic-logs.ts"
import type { TransactionCoordinator } from "./transactions/coordinator.ts"
import type { Markers } from "./transactions/markers.ts"

export interface BrokerIdentity {
  readonly clusterId: string
  readonly nodeId: number
  readonly dataDir: string
}

/** Where clients are told to connect. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** One line of what ApiVersions says. */
export interface AdvertisedApi {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface Services {
  readonly identity: BrokerIdentity
  /** By listener: a client is told the address of the listener that it came in by. */
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly security: Security
  readonly scramAdmin: ScramAdmin
  readonly advertised: readonly AdvertisedApi[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Null where everybody may do everything. */
  readonly authorizer: Authorizer | null
  readonly acls: AclAdmin
  readonly quotas: Quotas
  readonly quotaAdmin: QuotaAdmin
  readonly logs: LogManager
  readonly catalog: Catalog
  readonly configs: ConfigStore
  readonly topics: TopicAdmin
  readonly topicLogs: TopicLogs
  readonly batchPolicy: BatchPolicy
  readonly configAdmin: ConfigAdmin
  readonly producerIds: ProducerIds
  readonly transactions: TransactionCoordinator
  readonly markers: Markers
  readonly groups: GroupCoordinator
  readonly groupAdmin: GroupAdmin
  readonly fetcher: Fetcher
  readonly fetchSessions: FetchSessions
}

/** The address that the other side of this connection is told. */
export function endpointOf({ endpoints, peer }: { endpoints: Services["endpoints"]; peer: { readonly listener: string } }): Endpoint {
  const endpoint = endpoints.get(peer.listener)
  if (!endpoint) throw new RangeError(`no listener is called ${peer.listener}`)
  return endpoint
}
