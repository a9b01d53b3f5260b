/**
 * Joins a classic group and answers when the rebalance is done. 1 rebalance timeout, 4 member id must be known first (KIP-394), 5 static
 * members (KIP-345), 6 flexible, 7 protocol type, 8 reason (KIP-800), 9 the leader may be told to skip the assignment (KIP-814).
 * `metadata` is a ConsumerProtocolSubscription for consumers. Times in ms.
 */
import { defineApi } from "../schema/api.ts"
import { array, bool, bytes, int16, int32, string } from "../schema/fields.ts"

export const JoinGroup = defineApi({
  key: 11,
  name: "JoinGroup",
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: 1, default: -1, ignorable: true }),
    memberId: string(),
    groupInstanceId: string({ since: 5, nullableSince: 5, default: null }),
    protocolType: string(),
    protocols: array({
      name: string(),
      metadata: bytes(),
    }),
    reason: string({ since: 8, nullableSince: 8, default: null, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: 7, nullableSince: 7, default: null, ignorable: true }),
    protocolName: string({ nullableSince: 7 }),
    leader: string(),
    skipAssignment: bool({ since: 9, default: false }),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
      metadata: bytes(),
    }),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "INCONSISTENT_GROUP_PROTOCOL",
    "UNKNOWN_MEMBER_ID",
    "INVALID_SESSION_TIMEOUT",
    "GROUP_AUTHORIZATION_FAILED",
    "INVALID_GROUP_ID",
    "MEMBER_ID_REQUIRED",
    "FENCED_INSTANCE_ID",
    "GROUP_MAX_SIZE_REACHED",
    "REBALANCE_IN_PROGRESS",
  ],
})
