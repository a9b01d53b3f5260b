/**
 * Stores offsets of a group. 1 had a timestamp per partition, 2-4 a retention time, 6 leader epoch (KIP-320), 7 static members, 8 flexible,
 * 9 member epoch of KIP-848 in place of the generation, 10 topic ids. Kafka 4 starts at 2; librdkafka before 2.1 looks for 1.
 */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, int64, string, uuid } from "../schema/fields.ts"

export const OffsetCommit = defineApi({
  key: 8,
  name: "OffsetCommit",
  versions: [1, 10],
  flexible: 8,
  request: {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1, ignorable: true }),
    memberId: string({ ignorable: true }),
    groupInstanceId: string({ since: 7, nullableSince: 7, default: null }),
    retentionTimeMs: int64({ since: 2, until: 4, default: -1, ignorable: true }),
    topics: array({
      name: string({ until: 9, ignorable: true }),
      topicId: uuid({ since: 10, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 6, default: -1, ignorable: true }),
        commitTimestamp: int64({ until: 1, default: -1 }),
        committedMetadata: string({ nullableSince: 1 }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    topics: array({
      name: string({ until: 9, ignorable: true }),
      topicId: uuid({ since: 10, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
  errors: [
    "OFFSET_METADATA_TOO_LARGE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "REBALANCE_IN_PROGRESS",
    "INVALID_COMMIT_OFFSET_SIZE",
    "TOPIC_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "INVALID_GROUP_ID",
    "FENCED_INSTANCE_ID",
    "STALE_MEMBER_EPOCH",
    "GROUP_ID_NOT_FOUND",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "UNKNOWN_TOPIC_ID",
  ],
})
