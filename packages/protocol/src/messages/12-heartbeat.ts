/** Keeps a member of a classic group alive and tells it of rebalances. 3 static members (KIP-345), 4 flexible. */
import { defineApi } from "../schema/api.ts"
import { int16, int32, string } from "../schema/fields.ts"

export const Heartbeat = defineApi({
  key: 12,
  name: "Heartbeat",
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullableSince: 3, default: null }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
  },
  errors: [
    "GROUP_AUTHORIZATION_FAILED",
    "NOT_COORDINATOR",
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "UNKNOWN_MEMBER_ID",
    "ILLEGAL_GENERATION",
    "REBALANCE_IN_PROGRESS",
    "FENCED_INSTANCE_ID",
    "INVALID_GROUP_ID",
  ],
})
