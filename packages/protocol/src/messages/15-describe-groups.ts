/** State and members of classic groups. 3 authorized operations (KIP-430), 4 instance ids, 5 flexible, 6 GROUP_ID_NOT_FOUND in place of a dead group (KIP-1043). */
import { defineApi } from "../schema/api.ts"
import { array, bool, bytes, int16, int32, string } from "../schema/fields.ts"

export const DescribeGroups = defineApi({
  key: 15,
  name: "DescribeGroups",
  versions: [0, 6],
  flexible: 5,
  request: {
    groups: array(string()),
    includeAuthorizedOperations: bool({ since: 3 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ since: 6, nullableSince: 6, default: null }),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string({ since: 4, nullableSince: 4, default: null, ignorable: true }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ since: 3, default: -2147483648 }),
    }),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "GROUP_AUTHORIZATION_FAILED",
    "INVALID_GROUP_ID",
    "GROUP_ID_NOT_FOUND",
  ],
})
