/**
 * Offsets of groups; offset -1 where none is stored. 2 null topics = all, 5 leader epoch, 6 flexible, 7 only stable offsets (KIP-447),
 * 8 many groups in `groups` (the fields above it are for 1-7), 9 member and epoch (KIP-848), 10 topic ids.
 */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, int64, string, uuid } from "../schema/fields.ts"

export const OffsetFetch = defineApi({
  key: 9,
  name: "OffsetFetch",
  versions: [1, 10],
  flexible: 6,
  request: {
    groupId: string({ until: 7 }),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      { until: 7, nullableSince: 2 },
    ),
    groups: array(
      {
        groupId: string(),
        memberId: string({ since: 9, nullableSince: 9, default: null, ignorable: true }),
        memberEpoch: int32({ since: 9, default: -1, ignorable: true }),
        topics: array(
          {
            name: string({ until: 9, ignorable: true }),
            topicId: uuid({ since: 10, ignorable: true }),
            partitionIndexes: array(int32()),
          },
          { nullableSince: 8 },
        ),
      },
      { since: 8 },
    ),
    requireStable: bool({ since: 7, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, ignorable: true }),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32({ since: 5, default: -1, ignorable: true }),
          metadata: string({ nullableSince: 1 }),
          errorCode: int16(),
        }),
      },
      { until: 7 },
    ),
    errorCode: int16({ since: 2, until: 7, default: 0, ignorable: true }),
    groups: array(
      {
        groupId: string(),
        topics: array({
          name: string({ until: 9, ignorable: true }),
          topicId: uuid({ since: 10, ignorable: true }),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ default: -1, ignorable: true }),
            metadata: string({ nullableSince: 8 }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16({ default: 0 }),
      },
      { since: 8 },
    ),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "TOPIC_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "UNKNOWN_TOPIC_ID",
    "UNSTABLE_OFFSET_COMMIT",
    "UNKNOWN_MEMBER_ID",
    "STALE_MEMBER_EPOCH",
    "GROUP_ID_NOT_FOUND",
  ],
})
