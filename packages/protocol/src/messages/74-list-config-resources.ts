/** Names of resources that have configs; 0 knows client metrics only (KIP-714), 1 any types (KIP-1142). */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const ListConfigResources = defineApi({
  key: 74,
  name: "ListConfigResources",
  versions: [0, 1],
  flexible: 0,
  request: {
    resourceTypes: array(int8(), { since: 1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array({
      resourceName: string(),
      resourceType: int8({ since: 1, default: 16, ignorable: true }),
    }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "UNSUPPORTED_VERSION"],
})
