/**
 * Configs with value, source and synonyms. 0 had `isDefault` in place of the source, 1 synonyms (KIP-226), 3 type and documentation (KIP-569),
 * 4 flexible. Kafka 4 starts at 1. Resource types: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. Null keys = all.
 */
import { defineApi } from "../schema/api.ts"
import { array, bool, int8, int16, int32, string } from "../schema/fields.ts"

export const DescribeConfigs = defineApi({
  key: 32,
  name: "DescribeConfigs",
  versions: [0, 4],
  flexible: 4,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: array(string(), { nullableSince: 0 }),
    }),
    includeSynonyms: bool({ since: 1, default: false }),
    includeDocumentation: bool({ since: 3, default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string({ nullableSince: 0 }),
        readOnly: bool(),
        isDefault: bool({ until: 0 }),
        configSource: int8({ since: 1, default: -1, ignorable: true }),
        isSensitive: bool(),
        synonyms: array(
          {
            name: string(),
            value: string({ nullableSince: 1 }),
            source: int8(),
          },
          { since: 1, ignorable: true },
        ),
        configType: int8({ since: 3, default: 0, ignorable: true }),
        documentation: string({ since: 3, nullableSince: 3, ignorable: true }),
      }),
    }),
  },
  errors: [
    "INVALID_REQUEST",
    "TOPIC_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "INVALID_TOPIC_EXCEPTION",
    "UNSUPPORTED_VERSION",
  ],
})
