/** Finalises versions of features (KIP-584). 1 upgrade type and validation (KIP-778), 2 one error for all (KIP-1022). Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, bool, int8, int16, int32, string } from "../schema/fields.ts"

export const UpdateFeatures = defineApi({
  key: 57,
  name: "UpdateFeatures",
  versions: [0, 2],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60000 }),
    featureUpdates: array({
      feature: string(),
      maxVersionLevel: int16(),
      allowDowngrade: bool({ until: 0 }),
      upgradeType: int8({ since: 1, default: 1 }),
    }),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    results: array(
      {
        feature: string(),
        errorCode: int16(),
        errorMessage: string({ nullableSince: 0 }),
      },
      { until: 1, ignorable: true },
    ),
  },
  errors: [
    "CLUSTER_AUTHORIZATION_FAILED",
    "FEATURE_UPDATE_FAILED",
    "INVALID_UPDATE_VERSION",
    "INVALID_REQUEST",
    "NOT_CONTROLLER",
    "REQUEST_TIMED_OUT",
  ],
})
