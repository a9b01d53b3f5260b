/** Groups that this broker coordinates. 3 flexible, 4 filter by state (KIP-518), 5 filter by type (KIP-848). Empty filters mean all. */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, string } from "../schema/fields.ts"

export const ListGroups = defineApi({
  key: 16,
  name: "ListGroups",
  versions: [0, 5],
  flexible: 3,
  request: {
    statesFilter: array(string(), { since: 4 }),
    typesFilter: array(string(), { since: 5 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
    groups: array({
      groupId: string(),
      protocolType: string(),
      groupState: string({ since: 4, ignorable: true }),
      groupType: string({ since: 5, ignorable: true }),
    }),
  },
  errors: ["COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_NOT_AVAILABLE", "CLUSTER_AUTHORIZATION_FAILED"],
})
