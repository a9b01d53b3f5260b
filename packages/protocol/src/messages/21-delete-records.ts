/** Moves the start of partitions up; offset -1 means the high watermark. 2 flexible. Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, int64, string } from "../schema/fields.ts"

export const DeleteRecords = defineApi({
  key: 21,
  name: "DeleteRecords",
  versions: [0, 2],
  flexible: 2,
  request: {
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        offset: int64(),
      }),
    }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        lowWatermark: int64(),
        errorCode: int16(),
      }),
    }),
  },
  errors: [
    "OFFSET_OUT_OF_RANGE",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "TOPIC_AUTHORIZATION_FAILED",
    "POLICY_VIOLATION",
    "NOT_LEADER_OR_FOLLOWER",
    "INVALID_TOPIC_EXCEPTION",
    "KAFKA_STORAGE_ERROR",
    "REQUEST_TIMED_OUT",
  ],
})
