/** Stores access rules. 1 pattern types, 2 flexible, 3 users as resources. Kafka 4 starts at 1. */
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
    results: array({ errorCode: int16(), errorMessage: string({ nullableSince: 0 }) }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "SECURITY_DISABLED", "INVALID_REQUEST", "POLICY_VIOLATION", "KAFKA_STORAGE_ERROR"],
})
