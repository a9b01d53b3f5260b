/** Removes members of a classic group. 3 several members at once, static ones by instance id (KIP-345), 4 flexible, 5 reason (KIP-800). */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, string } from "../schema/fields.ts"

export const LeaveGroup = defineApi({
  key: 13,
  name: "LeaveGroup",
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullableSince: 3, default: null }),
        reason: string({ since: 5, nullableSince: 5, default: null, ignorable: true }),
      },
      { since: 3 },
    ),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullableSince: 3 }),
        errorCode: int16(),
      },
      { since: 3 },
    ),
  },
  errors: [
    "GROUP_AUTHORIZATION_FAILED",
    "NOT_COORDINATOR",
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "UNKNOWN_MEMBER_ID",
    "FENCED_INSTANCE_ID",
    "INVALID_GROUP_ID",
  ],
})
