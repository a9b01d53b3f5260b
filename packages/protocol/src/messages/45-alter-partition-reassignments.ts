/** Moves replicas, or with null replicas cancels a move (KIP-455). 1 may allow another replication factor. Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, string } from "../schema/fields.ts"

export const AlterPartitionReassignments = defineApi({
  key: 45,
  name: "AlterPartitionReassignments",
  versions: [0, 1],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60000 }),
    allowReplicationFactorChange: bool({ since: 1, default: true }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32(), { nullableSince: 0, default: null }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    allowReplicationFactorChange: bool({ since: 1, default: true, ignorable: true }),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    responses: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ nullableSince: 0 }),
      }),
    }),
  },
  errors: [
    "UNKNOWN_TOPIC_OR_PARTITION",
    "NO_REASSIGNMENT_IN_PROGRESS",
    "INVALID_REPLICA_ASSIGNMENT",
    "INVALID_REPLICATION_FACTOR",
    "CLUSTER_AUTHORIZATION_FAILED",
    "NOT_CONTROLLER",
    "REQUEST_TIMED_OUT",
  ],
})
