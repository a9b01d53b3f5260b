/** Which users have SCRAM credentials (KIP-554). */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const DescribeUserScramCredentials = defineApi({
  key: 50,
  name: "DescribeUserScramCredentials",
  versions: [0, 0],
  flexible: 0,
  request: { users: array({ name: string() }, { nullableSince: 0 }) },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      credentialInfos: array({ mechanism: int8(), iterations: int32() }),
    }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "RESOURCE_NOT_FOUND", "DUPLICATE_RESOURCE"],
})
