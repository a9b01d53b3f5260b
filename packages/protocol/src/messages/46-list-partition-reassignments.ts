/** Moves of replicas that are under way (KIP-455); null topics: all. Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, string } from "../schema/fields.ts"

export const ListPartitionReassignments = defineApi({
  key: 46,
  name: "ListPartitionReassignments",
  versions: [0, 0],
  flexible: 0,
  request: {
    timeoutMs: int32({ default: 60000 }),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      { nullableSince: 0, default: null },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32()),
        addingReplicas: array(int32()),
        removingReplicas: array(int32()),
      }),
    }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "NOT_CONTROLLER", "REQUEST_TIMED_OUT"],
})
