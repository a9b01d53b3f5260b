/** By name up to version 5 (`topicNames`), by name or id from 6 (`topics`). 4 flexible, 5 message and quota (KIP-599). Kafka 4 starts at 1. */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, string, uuid } from "../schema/fields.ts"

export const DeleteTopics = defineApi({
  key: 20,
  name: "DeleteTopics",
  versions: [0, 6],
  flexible: 4,
  request: {
    topics: array(
      {
        name: string({ nullableSince: 6, default: null }),
        topicId: uuid(),
      },
      { since: 6 },
    ),
    topicNames: array(string(), { until: 5, ignorable: true }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    responses: array({
      name: string({ nullableSince: 6 }),
      topicId: uuid({ since: 6, ignorable: true }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
    }),
  },
  errors: [
    "UNKNOWN_TOPIC_OR_PARTITION",
    "UNKNOWN_TOPIC_ID",
    "INVALID_TOPIC_EXCEPTION",
    "INVALID_REQUEST",
    "TOPIC_DELETION_DISABLED",
    "NOT_CONTROLLER",
    "REQUEST_TIMED_OUT",
    "TOPIC_AUTHORIZATION_FAILED",
    "THROTTLING_QUOTA_EXCEEDED",
    "KAFKA_STORAGE_ERROR",
  ],
})
