/** Sets and removes quotas (KIP-546); a null entity name is the default of its type. 1 flexible. */
import { defineApi } from "../schema/api.ts"
import { array, bool, float64, int16, int32, string } from "../schema/fields.ts"

export const AlterClientQuotas = defineApi({
  key: 49,
  name: "AlterClientQuotas",
  versions: [0, 1],
  flexible: 1,
  request: {
    entries: array({
      entity: array({
        entityType: string(),
        entityName: string({ nullableSince: 0 }),
      }),
      ops: array({
        key: string(),
        value: float64(),
        remove: bool(),
      }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    entries: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      entity: array({
        entityType: string(),
        entityName: string({ nullableSince: 0 }),
      }),
    }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "INVALID_REQUEST", "NOT_CONTROLLER", "KAFKA_STORAGE_ERROR"],
})
