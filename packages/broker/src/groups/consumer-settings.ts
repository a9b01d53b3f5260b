// What configs and the catalog say about groups of the newer protocol, at this moment.
import { splitList, toNumber } from "../config.ts"
import type { Catalog } from "../topics/catalog.ts"
import type { ConfigStore } from "../topics/config-store.ts"
import type { ConsumerSettings } from "./consumer-groups.ts"

export function consumerSettings(configs: ConfigStore, catalog: Catalog, groupId: string): ConsumerSettings {
  return {
    maxSize: configs.brokerNumber("group.consumer.max.size"),
    assignors: splitList(configs.broker("group.consumer.assignors")),
    topics: catalog.topics(),
    sessionTimeoutMs: toNumber(configs.group(groupId, "consumer.session.timeout.ms")),
    heartbeatIntervalMs: toNumber(configs.group(groupId, "consumer.heartbeat.interval.ms")),
  }
}
