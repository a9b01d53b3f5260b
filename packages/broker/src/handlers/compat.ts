// The compatibility page as data: what is served, from the handlers themselves, and what of Kafka is not, with the reason.
import { brokerConfigs } from "../broker-configs.ts"
import type { ConfigTable } from "../config.ts"
import type { Handler } from "../dispatch/define-handler.ts"
import { topicConfigs } from "../topics/topic-configs.ts"
import { handlers } from "./index.ts"

export interface ServedApi {
  readonly key: number
  readonly name: string
  readonly advertised: string
  /** Only where it differs: requests in other advertised versions close the connection. */
  readonly accepted?: string
  readonly flexibleFrom: number | null
  readonly omits: readonly string[]
}

export interface MissingApi {
  readonly key: number
  readonly name: string
  readonly reason: string
}

export interface CompatTable {
  readonly served: readonly ServedApi[]
  readonly missing: readonly MissingApi[]
}

const security = "there are no delegation tokens"
const newGroups = "groups of the newer protocol are not served yet"
const otherGroups = "share and streams groups are not served"
const peers = "for brokers and controllers among each other"
const telemetry = "clients push metrics as soon as it is advertised"

const reasons: Record<string, readonly (readonly [key: number, name: string])[]> = {
  [peers]: [
    [4, "LeaderAndIsr"],
    [5, "StopReplica"],
    [6, "UpdateMetadata"],
    [7, "ControlledShutdown"],
    [52, "Vote"],
    [53, "BeginQuorumEpoch"],
    [54, "EndQuorumEpoch"],
    [56, "AlterPartition"],
    [58, "Envelope"],
    [59, "FetchSnapshot"],
    [62, "BrokerRegistration"],
    [63, "BrokerHeartbeat"],
    [67, "AllocateProducerIds"],
    [70, "ControllerRegistration"],
    [73, "AssignReplicasToDirs"],
    [82, "UpdateRaftVoter"],
  ],
  [security]: [
    [38, "CreateDelegationToken"],
    [39, "RenewDelegationToken"],
    [40, "ExpireDelegationToken"],
    [41, "DescribeDelegationToken"],
  ],
  [newGroups]: [
    [68, "ConsumerGroupHeartbeat"],
    [69, "ConsumerGroupDescribe"],
  ],
  [otherGroups]: [
    [76, "ShareGroupHeartbeat"],
    [77, "ShareGroupDescribe"],
    [78, "ShareFetch"],
    [79, "ShareAcknowledge"],
    [83, "InitializeShareGroupState"],
    [84, "ReadShareGroupState"],
    [85, "WriteShareGroupState"],
    [86, "DeleteShareGroupState"],
    [87, "ReadShareGroupStateSummary"],
    [88, "StreamsGroupHeartbeat"],
    [89, "StreamsGroupDescribe"],
    [90, "DescribeShareGroupOffsets"],
    [91, "AlterShareGroupOffsets"],
    [92, "DeleteShareGroupOffsets"],
  ],
  [telemetry]: [
    [71, "GetTelemetrySubscriptions"],
    [72, "PushTelemetry"],
  ],
  "not served yet": [
    [33, "AlterConfigs"],
    [43, "ElectLeaders"],
    [45, "AlterPartitionReassignments"],
    [46, "ListPartitionReassignments"],
    [55, "DescribeQuorum"],
    [74, "ListConfigResources"],
  ],
  "one data directory: there is nowhere to move a log to": [[34, "AlterReplicaLogDirs"]],
  "for clusters with several nodes": [
    [57, "UpdateFeatures"],
    [64, "UnregisterBroker"],
    [80, "AddRaftVoter"],
    [81, "RemoveRaftVoter"],
  ],
}

export interface DocumentedConfig {
  readonly name: string
  readonly type: string
  readonly default: string
  readonly readOnly: boolean
  readonly doc: string
}

/** Every config that clients can see, for the reference page. */
export function configReference(): { readonly topic: DocumentedConfig[]; readonly broker: DocumentedConfig[] } {
  const rows = (table: ConfigTable) =>
    [...table.all()].map(({ name, type, default: value, readOnly, doc }) => ({ name, type, default: value, readOnly, doc }))
  return { topic: rows(topicConfigs), broker: rows(brokerConfigs) }
}

export function compatTable(): CompatTable {
  const isServed = (key: number) => handlers.some(({ api }) => api.key === key)
  const missing = Object.entries(reasons)
    .flatMap(([reason, apis]) => apis.map(([key, name]) => ({ key, name, reason })))
    .filter(({ key }) => !isServed(key))
  return { served: handlers.map(served), missing: missing.sort((a, b) => a.key - b.key) }
}

function served({ api, versions, accepts, omits }: Handler): ServedApi {
  const range = ([first, last]: readonly [number, number]) => (first === last ? String(first) : `${first}-${last}`)
  return {
    key: api.key,
    name: api.name,
    advertised: range(versions),
    ...(accepts && { accepted: range(accepts) }),
    flexibleFrom: api.flexible ?? null,
    omits,
  }
}
