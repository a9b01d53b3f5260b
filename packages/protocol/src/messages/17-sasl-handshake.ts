/** Chooses a SASL mechanism. After version 0 tokens follow without headers, from 1 in SaslAuthenticate. Never flexible. */
import { defineApi } from "../schema/api.ts"
import { array, int16, string } from "../schema/fields.ts"

export const SaslHandshake = defineApi({
  key: 17,
  name: "SaslHandshake",
  versions: [0, 1],
  request: { mechanism: string() },
  response: { errorCode: int16(), mechanisms: array(string()) },
  errors: ["UNSUPPORTED_SASL_MECHANISM", "ILLEGAL_SASL_STATE"],
})
