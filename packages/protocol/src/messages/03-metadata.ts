/**
 * Brokers, topics, partitions, leaders. In version 0 an empty list asks for all topics; from 1 on null does and empty means none.
 * 4 may create topics, 5 offline replicas, 7 leader epochs, 8 authorized operations (KIP-430), 9 flexible, 10 topic ids (12 asks by id),
 * 11 no cluster operations (KIP-700: DescribeCluster), 13 top-level error (KIP-1102). Authorized operations are -2147483648 when not asked for.
 */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, string, uuid } from "../schema/fields.ts"

export const Metadata = defineApi({
  key: 3,
  name: "Metadata",
  versions: [0, 13],
  flexible: 9,
  request: {
    topics: array(
      {
        topicId: uuid({ since: 10, ignorable: true }),
        name: string({ nullableSince: 10 }),
      },
      { nullableSince: 1 },
    ),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8 }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullableSince: 1, default: null, ignorable: true }),
    }),
    clusterId: string({ since: 2, nullableSince: 2, default: null, ignorable: true }),
    controllerId: int32({ since: 1, default: -1, ignorable: true }),
    topics: array({
      errorCode: int16(),
      name: string({ nullableSince: 12 }),
      topicId: uuid({ since: 10, ignorable: true }),
      isInternal: bool({ since: 1, default: false, ignorable: true }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1, ignorable: true }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { since: 5, ignorable: true }),
      }),
      topicAuthorizedOperations: int32({ since: 8, default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -2147483648 }),
    errorCode: int16({ since: 13, ignorable: true }),
  },
  errors: [
    "UNKNOWN_TOPIC_OR_PARTITION",
    "LEADER_NOT_AVAILABLE",
    "INVALID_TOPIC_EXCEPTION",
    "TOPIC_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED",
    "UNKNOWN_TOPIC_ID",
    "LISTENER_NOT_FOUND",
    "REBOOTSTRAP_REQUIRED",
    "INVALID_REPLICATION_FACTOR",
    "INVALID_REQUEST",
  ],
})
