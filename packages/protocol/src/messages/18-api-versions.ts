/**
 * Which keys and versions a broker serves; answered before authentication. The response always has header 0 and, for an unknown version,
 * the body of version 0 with UNSUPPORTED_VERSION (KIP-511). 3 flexible, client software and features, 4 a feature may start at 0 (KIP-584).
 */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, int64, string } from "../schema/fields.ts"

export const ApiVersions = defineApi({
  key: 18,
  name: "ApiVersions",
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: string({ since: 3, ignorable: true }),
    clientSoftwareVersion: string({ since: 3, ignorable: true }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array({
      apiKey: int16(),
      minVersion: int16(),
      maxVersion: int16(),
    }),
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    supportedFeatures: array(
      {
        name: string(),
        minVersion: int16(),
        maxVersion: int16(),
      },
      { since: 3, tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64({ since: 3, tag: 1, default: -1, ignorable: true }),
    finalizedFeatures: array(
      {
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16(),
      },
      { since: 3, tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ since: 3, tag: 3, default: false, ignorable: true }),
  },
  errors: ["UNSUPPORTED_VERSION", "INVALID_REQUEST"],
})
