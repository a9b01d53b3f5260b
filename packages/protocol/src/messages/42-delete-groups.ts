/** Deletes empty groups with their offsets (KIP-229). 2 flexible. */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, string } from "../schema/fields.ts"

export const DeleteGroups = defineApi({
  key: 42,
  name: "DeleteGroups",
  versions: [0, 2],
  flexible: 2,
  request: {
    groupsNames: array(string()),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      groupId: string(),
      errorCode: int16(),
    }),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "INVALID_GROUP_ID",
    "GROUP_ID_NOT_FOUND",
    "NON_EMPTY_GROUP",
    "GROUP_AUTHORIZATION_FAILED",
  ],
})
