/** Quotas that match a filter (KIP-546). `matchType`: 0 exact, 1 default, 2 any. 1 flexible. */
import { defineApi } from "../schema/api.ts"
import { array, bool, float64, int8, int16, int32, string } from "../schema/fields.ts"

export const DescribeClientQuotas = defineApi({
  key: 48,
  name: "DescribeClientQuotas",
  versions: [0, 1],
  flexible: 1,
  request: {
    components: array({
      entityType: string(),
      matchType: int8(),
      match: string({ nullableSince: 0 }),
    }),
    strict: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    entries: array(
      {
        entity: array({
          entityType: string(),
          entityName: string({ nullableSince: 0 }),
        }),
        values: array({
          key: string(),
          value: float64(),
        }),
      },
      { nullableSince: 0 },
    ),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "INVALID_REQUEST", "UNSUPPORTED_VERSION"],
})
