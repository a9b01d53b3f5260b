/** Takes a broker out of the cluster metadata (KIP-631). */
import { defineApi } from "../schema/api.ts"
import { int16, int32, string } from "../schema/fields.ts"

export const UnregisterBroker = defineApi({
  key: 64,
  name: "UnregisterBroker",
  versions: [0, 0],
  flexible: 0,
  request: {
    brokerId: int32(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "BROKER_ID_NOT_REGISTERED", "NOT_CONTROLLER", "REQUEST_TIMED_OUT", "UNSUPPORTED_VERSION"],
})
