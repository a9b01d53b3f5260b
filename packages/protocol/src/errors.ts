/**
 * All error codes of Kafka's protocol, from its `Errors` table (4.3.1), with what a client may do about each. Names and codes are Kafka's.
 * `retriable` and `staleMetadata` follow Kafka's exception classes (RetriableException, InvalidMetadataException), the rest its clients.
 */

/**
 * - `retriable`: the same request may succeed later.
 * - `staleMetadata`: ask for metadata first.
 * - `lostCoordinator`: find the coordinator again first.
 * - `rejoin`: the member has to join its group again.
 * - `abortable`: a transaction can go on after an abort.
 * - `fatal`: this producer, member or connection cannot go on.
 */
export type ErrorFlag = "retriable" | "staleMetadata" | "lostCoordinator" | "rejoin" | "abortable" | "fatal"

const table = {
  UNKNOWN_SERVER_ERROR: [-1],
  NONE: [0],
  OFFSET_OUT_OF_RANGE: [1],
  CORRUPT_MESSAGE: [2, "retriable"],
  UNKNOWN_TOPIC_OR_PARTITION: [3, "retriable", "staleMetadata"],
  INVALID_FETCH_SIZE: [4],
  LEADER_NOT_AVAILABLE: [5, "retriable", "staleMetadata"],
  NOT_LEADER_OR_FOLLOWER: [6, "retriable", "staleMetadata"],
  REQUEST_TIMED_OUT: [7, "retriable"],
  BROKER_NOT_AVAILABLE: [8],
  REPLICA_NOT_AVAILABLE: [9, "retriable", "staleMetadata"],
  MESSAGE_TOO_LARGE: [10],
  STALE_CONTROLLER_EPOCH: [11],
  OFFSET_METADATA_TOO_LARGE: [12],
  NETWORK_EXCEPTION: [13, "retriable", "staleMetadata"],
  COORDINATOR_LOAD_IN_PROGRESS: [14, "retriable"],
  COORDINATOR_NOT_AVAILABLE: [15, "retriable", "lostCoordinator"],
  NOT_COORDINATOR: [16, "retriable", "lostCoordinator"],
  INVALID_TOPIC_EXCEPTION: [17],
  RECORD_LIST_TOO_LARGE: [18],
  NOT_ENOUGH_REPLICAS: [19, "retriable"],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, "retriable"],
  INVALID_REQUIRED_ACKS: [21],
  ILLEGAL_GENERATION: [22, "rejoin"],
  INCONSISTENT_GROUP_PROTOCOL: [23, "fatal"],
  INVALID_GROUP_ID: [24, "fatal"],
  UNKNOWN_MEMBER_ID: [25, "rejoin"],
  INVALID_SESSION_TIMEOUT: [26, "fatal"],
  REBALANCE_IN_PROGRESS: [27, "rejoin"],
  INVALID_COMMIT_OFFSET_SIZE: [28],
  TOPIC_AUTHORIZATION_FAILED: [29],
  GROUP_AUTHORIZATION_FAILED: [30, "fatal"],
  CLUSTER_AUTHORIZATION_FAILED: [31, "fatal"],
  INVALID_TIMESTAMP: [32],
  UNSUPPORTED_SASL_MECHANISM: [33, "fatal"],
  ILLEGAL_SASL_STATE: [34, "fatal"],
  UNSUPPORTED_VERSION: [35, "fatal"],
  TOPIC_ALREADY_EXISTS: [36],
  INVALID_PARTITIONS: [37],
  INVALID_REPLICATION_FACTOR: [38],
  INVALID_REPLICA_ASSIGNMENT: [39],
  INVALID_CONFIG: [40],
  NOT_CONTROLLER: [41, "retriable"],
  INVALID_REQUEST: [42],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, "fatal"],
  POLICY_VIOLATION: [44],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, "fatal"],
  DUPLICATE_SEQUENCE_NUMBER: [46],
  INVALID_PRODUCER_EPOCH: [47, "fatal"],
  INVALID_TXN_STATE: [48, "fatal"],
  INVALID_PRODUCER_ID_MAPPING: [49, "abortable"],
  INVALID_TRANSACTION_TIMEOUT: [50, "fatal"],
  CONCURRENT_TRANSACTIONS: [51, "retriable"],
  TRANSACTION_COORDINATOR_FENCED: [52, "fatal"],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, "fatal"],
  SECURITY_DISABLED: [54],
  OPERATION_NOT_ATTEMPTED: [55],
  KAFKA_STORAGE_ERROR: [56, "retriable", "staleMetadata"],
  LOG_DIR_NOT_FOUND: [57],
  SASL_AUTHENTICATION_FAILED: [58, "fatal"],
  UNKNOWN_PRODUCER_ID: [59, "abortable"],
  REASSIGNMENT_IN_PROGRESS: [60],
  DELEGATION_TOKEN_AUTH_DISABLED: [61],
  DELEGATION_TOKEN_NOT_FOUND: [62],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65],
  DELEGATION_TOKEN_EXPIRED: [66],
  INVALID_PRINCIPAL_TYPE: [67],
  NON_EMPTY_GROUP: [68],
  GROUP_ID_NOT_FOUND: [69],
  FETCH_SESSION_ID_NOT_FOUND: [70, "retriable"],
  INVALID_FETCH_SESSION_EPOCH: [71, "retriable"],
  LISTENER_NOT_FOUND: [72, "retriable", "staleMetadata"],
  TOPIC_DELETION_DISABLED: [73],
  FENCED_LEADER_EPOCH: [74, "retriable", "staleMetadata"],
  UNKNOWN_LEADER_EPOCH: [75, "retriable"],
  UNSUPPORTED_COMPRESSION_TYPE: [76],
  STALE_BROKER_EPOCH: [77],
  OFFSET_NOT_AVAILABLE: [78, "retriable"],
  MEMBER_ID_REQUIRED: [79, "rejoin"],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, "retriable", "staleMetadata"],
  GROUP_MAX_SIZE_REACHED: [81, "fatal"],
  FENCED_INSTANCE_ID: [82, "fatal"],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, "retriable", "staleMetadata"],
  ELECTION_NOT_NEEDED: [84, "retriable", "staleMetadata"],
  NO_REASSIGNMENT_IN_PROGRESS: [85],
  GROUP_SUBSCRIBED_TO_TOPIC: [86],
  INVALID_RECORD: [87],
  UNSTABLE_OFFSET_COMMIT: [88, "retriable"],
  THROTTLING_QUOTA_EXCEEDED: [89, "retriable"],
  PRODUCER_FENCED: [90, "fatal"],
  RESOURCE_NOT_FOUND: [91],
  DUPLICATE_RESOURCE: [92],
  UNACCEPTABLE_CREDENTIAL: [93],
  INCONSISTENT_VOTER_SET: [94],
  INVALID_UPDATE_VERSION: [95],
  FEATURE_UPDATE_FAILED: [96],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97],
  SNAPSHOT_NOT_FOUND: [98],
  POSITION_OUT_OF_RANGE: [99],
  UNKNOWN_TOPIC_ID: [100, "retriable", "staleMetadata"],
  DUPLICATE_BROKER_REGISTRATION: [101],
  BROKER_ID_NOT_REGISTERED: [102],
  INCONSISTENT_TOPIC_ID: [103, "retriable", "staleMetadata"],
  INCONSISTENT_CLUSTER_ID: [104],
  TRANSACTIONAL_ID_NOT_FOUND: [105],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, "retriable"],
  INELIGIBLE_REPLICA: [107],
  NEW_LEADER_ELECTED: [108],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109],
  FENCED_MEMBER_EPOCH: [110, "rejoin"],
  UNRELEASED_INSTANCE_ID: [111, "fatal"],
  UNSUPPORTED_ASSIGNOR: [112, "fatal"],
  STALE_MEMBER_EPOCH: [113],
  MISMATCHED_ENDPOINT_TYPE: [114],
  UNSUPPORTED_ENDPOINT_TYPE: [115],
  UNKNOWN_CONTROLLER_ID: [116],
  UNKNOWN_SUBSCRIPTION_ID: [117],
  TELEMETRY_TOO_LARGE: [118],
  INVALID_REGISTRATION: [119],
  TRANSACTION_ABORTABLE: [120, "abortable"],
  INVALID_RECORD_STATE: [121],
  SHARE_SESSION_NOT_FOUND: [122, "retriable"],
  INVALID_SHARE_SESSION_EPOCH: [123, "retriable"],
  FENCED_STATE_EPOCH: [124],
  INVALID_VOTER_KEY: [125],
  DUPLICATE_VOTER: [126],
  VOTER_NOT_FOUND: [127],
  INVALID_REGULAR_EXPRESSION: [128, "fatal"],
  REBOOTSTRAP_REQUIRED: [129],
  STREAMS_INVALID_TOPOLOGY: [130],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131],
  STREAMS_TOPOLOGY_FENCED: [132],
  SHARE_SESSION_LIMIT_REACHED: [133, "retriable"],
} as const satisfies Record<string, readonly [code: number, ...flags: ErrorFlag[]]>

export type ErrorName = keyof typeof table

export interface KafkaError {
  readonly name: ErrorName
  readonly code: number
  readonly retriable: boolean
  readonly flags: ReadonlySet<ErrorFlag>
}

const entries = Object.entries(table) as [ErrorName, readonly [number, ...ErrorFlag[]]][]

/** The table, by name. */
export const errors = Object.freeze(Object.fromEntries(entries.map(describe))) as Readonly<Record<ErrorName, KafkaError>>

function describe([name, [code, ...flags]]: (typeof entries)[number]): [ErrorName, KafkaError] {
  return [name, Object.freeze({ name, code, retriable: flags.includes("retriable"), flags: new Set(flags) })]
}

const namesByCode = new Map(entries.map(([name, [code]]) => [code, name]))

export function errorCode(name: ErrorName): number {
  return errors[name].code
}

/** A code that this table does not know (a newer broker's) reads as UNKNOWN_SERVER_ERROR. */
export function errorName(code: number): ErrorName {
  return namesByCode.get(code) ?? "UNKNOWN_SERVER_ERROR"
}

export function isKnownErrorCode(code: number): boolean {
  return namesByCode.has(code)
}

export function hasFlag(name: ErrorName, flag: ErrorFlag): boolean {
  return errors[name].flags.has(flag)
}
