/** Raises partition counts; one result per topic. `count` is the new total. 2 flexible, 3 quota (KIP-599). Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, string } from "../schema/fields.ts"

export const CreatePartitions = defineApi({
  key: 37,
  name: "CreatePartitions",
  versions: [0, 3],
  flexible: 2,
  request: {
    topics: array({
      name: string(),
      count: int32(),
      assignments: array(
        {
          brokerIds: array(int32()),
        },
        { nullableSince: 0 },
      ),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      name: string(),
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0, default: null }),
    }),
  },
  errors: [
    "UNKNOWN_TOPIC_OR_PARTITION",
    "INVALID_PARTITIONS",
    "INVALID_REPLICA_ASSIGNMENT",
    "INVALID_TOPIC_EXCEPTION",
    "INVALID_REQUEST",
    "REASSIGNMENT_IN_PROGRESS",
    "NOT_CONTROLLER",
    "REQUEST_TIMED_OUT",
    "POLICY_VIOLATION",
    "TOPIC_AUTHORIZATION_FAILED",
    "THROTTLING_QUOTA_EXCEEDED",
    "KAFKA_STORAGE_ERROR",
  ],
})
