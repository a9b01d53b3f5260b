/** Stores and deletes SCRAM credentials (KIP-554). */
import { defineApi } from "../schema/api.ts"
import { array, bytes, int8, int16, int32, string } from "../schema/fields.ts"

export const AlterUserScramCredentials = defineApi({
  key: 51,
  name: "AlterUserScramCredentials",
  versions: [0, 0],
  flexible: 0,
  request: {
    deletions: array({ name: string(), mechanism: int8() }),
    upsertions: array({ name: string(), mechanism: int8(), iterations: int32(), salt: bytes(), saltedPassword: bytes() }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({ user: string(), errorCode: int16(), errorMessage: string({ nullableSince: 0 }) }),
  },
  errors: [
    "CLUSTER_AUTHORIZATION_FAILED",
    "RESOURCE_NOT_FOUND",
    "DUPLICATE_RESOURCE",
    "UNACCEPTABLE_CREDENTIAL",
    "UNSUPPORTED_SASL_MECHANISM",
  ],
})
