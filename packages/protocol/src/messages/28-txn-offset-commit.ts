/** Commits offsets within a transaction (KIP-98). 2 leader epoch, 3 flexible and the member's generation (KIP-447), 4 TRANSACTION_ABORTABLE, 5 adds the group to the transaction (KIP-890). */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, int64, string } from "../schema/fields.ts"

export const TxnOffsetCommit = defineApi({
  key: 28,
  name: "TxnOffsetCommit",
  versions: [0, 5],
  flexible: 3,
  request: {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32({ since: 3, default: -1 }),
    memberId: string({ since: 3, default: "" }),
    groupInstanceId: string({ since: 3, nullableSince: 3, default: null }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 2, default: -1, ignorable: true }),
        committedMetadata: string({ nullableSince: 0 }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "TOPIC_AUTHORIZATION_FAILED",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "INVALID_PRODUCER_ID_MAPPING",
    "INVALID_PRODUCER_EPOCH",
    "PRODUCER_FENCED",
    "INVALID_TXN_STATE",
    "CONCURRENT_TRANSACTIONS",
    "TRANSACTION_ABORTABLE",
    "OFFSET_METADATA_TOO_LARGE",
    "UNKNOWN_MEMBER_ID",
    "FENCED_INSTANCE_ID",
    "ILLEGAL_GENERATION",
    "STALE_MEMBER_EPOCH",
    "INVALID_GROUP_ID",
    "GROUP_ID_NOT_FOUND",
    "UNSUPPORTED_VERSION",
  ],
})
