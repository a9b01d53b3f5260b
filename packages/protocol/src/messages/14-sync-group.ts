/** Hands the leader's assignments out. 3 static members, 4 flexible, 5 protocol type and name. An assignment is a ConsumerProtocolAssignment. */
import { defineApi } from "../schema/api.ts"
import { array, bytes, int16, int32, string } from "../schema/fields.ts"

export const SyncGroup = defineApi({
  key: 14,
  name: "SyncGroup",
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullableSince: 3, default: null }),
    protocolType: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
    protocolName: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
    assignments: array({
      memberId: string(),
      assignment: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
    protocolType: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
    protocolName: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
    assignment: bytes(),
  },
  errors: [
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "NOT_COORDINATOR",
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "REBALANCE_IN_PROGRESS",
    "GROUP_AUTHORIZATION_FAILED",
    "FENCED_INSTANCE_ID",
    "INCONSISTENT_GROUP_PROTOCOL",
    "INVALID_GROUP_ID",
  ],
})
