/** One token of a SASL exchange. 1 tells how long the session lasts (KIP-368), 2 flexible. */
import { defineApi } from "../schema/api.ts"
import { bytes, int16, int64, string } from "../schema/fields.ts"

export const SaslAuthenticate = defineApi({
  key: 36,
  name: "SaslAuthenticate",
  versions: [0, 2],
  flexible: 2,
  request: { authBytes: bytes() },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, default: 0, ignorable: true }),
  },
  errors: ["SASL_AUTHENTICATION_FAILED", "ILLEGAL_SASL_STATE"],
})
