/** Access rules that match a filter. 1 pattern types, 2 flexible, 3 users as resources. Kafka 4 starts at 1. */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const DescribeAcls = defineApi({
  key: 29,
  name: "DescribeAcls",
  versions: [0, 3],
  flexible: 2,
  request: {
    resourceTypeFilter: int8(),
    resourceNameFilter: string({ nullableSince: 0 }),
    patternTypeFilter: int8({ since: 1, default: 3 }),
    principalFilter: string({ nullableSince: 0 }),
    hostFilter: string({ nullableSince: 0 }),
    operation: int8(),
    permissionType: int8(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      patternType: int8({ since: 1, default: 3 }),
      acls: array({ principal: string(), host: string(), operation: int8(), permissionType: int8() }),
    }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "SECURITY_DISABLED", "INVALID_REQUEST"],
})
