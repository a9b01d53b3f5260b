/** Brokers and cluster id (KIP-700). 1 endpoint type (1 brokers, 2 controllers, KIP-919), 2 fenced brokers (KIP-1073). */
import { defineApi } from "../schema/api.ts"
import { array, bool, int8, int16, int32, string } from "../schema/fields.ts"

export const DescribeCluster = defineApi({
  key: 60,
  name: "DescribeCluster",
  versions: [0, 2],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0, default: null }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullableSince: 0, default: null }),
      isFenced: bool({ since: 2 }),
    }),
    clusterAuthorizedOperations: int32({ default: -2147483648 }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "UNSUPPORTED_ENDPOINT_TYPE", "MISMATCHED_ENDPOINT_TYPE"],
})
