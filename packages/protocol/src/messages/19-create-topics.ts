/**
 * 1 validate only, 4 -1 means the broker's defaults (KIP-464), 5 flexible, answers configs (KIP-525), 6 quota (KIP-599), 7 topic id.
 * Kafka 4 starts at 2; 0 and 1 are served for older clients. A manual assignment excludes counts (-1). Timeout in ms.
 */
import { defineApi } from "../schema/api.ts"
import { array, bool, int8, int16, int32, string, uuid } from "../schema/fields.ts"

export const CreateTopics = defineApi({
  key: 19,
  name: "CreateTopics",
  versions: [0, 7],
  flexible: 5,
  request: {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({
        partitionIndex: int32(),
        brokerIds: array(int32()),
      }),
      configs: array({
        name: string(),
        value: string({ nullableSince: 0 }),
      }),
    }),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array({
      name: string(),
      topicId: uuid({ since: 7, ignorable: true }),
      errorCode: int16(),
      errorMessage: string({ since: 1, nullableSince: 1, ignorable: true }),
      topicConfigErrorCode: int16({ since: 5, tag: 0, ignorable: true }),
      numPartitions: int32({ since: 5, default: -1, ignorable: true }),
      replicationFactor: int16({ since: 5, default: -1, ignorable: true }),
      configs: array(
        {
          name: string(),
          value: string({ nullableSince: 5 }),
          readOnly: bool(),
          configSource: int8({ default: -1, ignorable: true }),
          isSensitive: bool(),
        },
        { since: 5, nullableSince: 5, ignorable: true },
      ),
    }),
  },
  errors: [
    "TOPIC_ALREADY_EXISTS",
    "INVALID_TOPIC_EXCEPTION",
    "INVALID_PARTITIONS",
    "INVALID_REPLICATION_FACTOR",
    "INVALID_REPLICA_ASSIGNMENT",
    "INVALID_CONFIG",
    "INVALID_REQUEST",
    "POLICY_VIOLATION",
    "NOT_CONTROLLER",
    "REQUEST_TIMED_OUT",
    "TOPIC_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED",
    "THROTTLING_QUOTA_EXCEEDED",
    "KAFKA_STORAGE_ERROR",
  ],
})
