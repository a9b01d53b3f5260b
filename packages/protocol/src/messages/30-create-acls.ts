/** Adds access rules (KIP-140). 1 pattern types (KIP-290), 2 flexible. */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const CreateAcls = defineApi({
  key: 30,
  name: "CreateAcls",
  versions: [0, 3],
  flexible: 2,
  request: {
    creations: array({
      resourceType: int8(),
      resourceName: string(),
      resourcePatternType: int8({ since: 1, default: 3 }),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
    }),
  },
  errors: ["SECURITY_DISABLED", "CLUSTER_AUTHORIZATION_FAILED", "INVALID_REQUEST", "NOT_CONTROLLER", "KAFKA_STORAGE_ERROR"],
})
