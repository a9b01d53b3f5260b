/** Removes the access rules that match filters and says which (KIP-140). 1 pattern types (KIP-290), 2 flexible. */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const DeleteAcls = defineApi({
  key: 31,
  name: "DeleteAcls",
  versions: [0, 3],
  flexible: 2,
  request: {
    filters: array({
      resourceTypeFilter: int8(),
      resourceNameFilter: string({ nullableSince: 0 }),
      patternTypeFilter: int8({ since: 1, default: 3 }),
      principalFilter: string({ nullableSince: 0 }),
      hostFilter: string({ nullableSince: 0 }),
      operation: int8(),
      permissionType: int8(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    filterResults: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      matchingAcls: array({
        errorCode: int16(),
        errorMessage: string({ nullableSince: 0 }),
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ since: 1, default: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    }),
  },
  errors: ["SECURITY_DISABLED", "CLUSTER_AUTHORIZATION_FAILED", "INVALID_REQUEST", "NOT_CONTROLLER", "KAFKA_STORAGE_ERROR"],
})
