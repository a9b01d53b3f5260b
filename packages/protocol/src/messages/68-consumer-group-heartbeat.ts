/** The one request of a member of a consumer group (KIP-848): epoch 0 joins, -1 leaves, -2 leaves and may come back (static). Null means unchanged. 1 regular expressions, and member ids made by clients (KIP-1082). Times in ms. */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, string, struct, uuid } from "../schema/fields.ts"

export const ConsumerGroupHeartbeat = defineApi({
  key: 68,
  name: "ConsumerGroupHeartbeat",
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullableSince: 0, default: null }),
    rackId: string({ nullableSince: 0, default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array(string(), { nullableSince: 0, default: null }),
    subscribedTopicRegex: string({ since: 1, nullableSince: 1, default: null }),
    serverAssignor: string({ nullableSince: 0, default: null }),
    topicPartitions: array(
      {
        topicId: uuid(),
        partitions: array(int32()),
      },
      { nullableSince: 0, default: null },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0, default: null }),
    memberId: string({ nullableSince: 0, default: null }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct(
      {
        topicPartitions: array({
          topicId: uuid(),
          partitions: array(int32()),
        }),
      },
      { nullableSince: 0, default: null },
    ),
  },
  errors: [
    "GROUP_AUTHORIZATION_FAILED",
    "TOPIC_AUTHORIZATION_FAILED",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "INVALID_REQUEST",
    "UNKNOWN_MEMBER_ID",
    "FENCED_MEMBER_EPOCH",
    "UNSUPPORTED_ASSIGNOR",
    "UNRELEASED_INSTANCE_ID",
    "GROUP_MAX_SIZE_REACHED",
    "INVALID_REGULAR_EXPRESSION",
    "UNSUPPORTED_VERSION",
    "GROUP_ID_NOT_FOUND",
  ],
})
