/** Asks for leader elections (KIP-460). `electionType`: 0 preferred, 1 unclean. 2 flexible. Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const ElectLeaders = defineApi({
  key: 43,
  name: "ElectLeaders",
  versions: [0, 2],
  flexible: 2,
  request: {
    electionType: int8({ since: 1 }),
    topicPartitions: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { nullableSince: 0 },
    ),
    timeoutMs: int32({ default: 60000 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ since: 1 }),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string({ nullableSince: 0 }),
      }),
    }),
  },
  errors: [
    "ELECTION_NOT_NEEDED",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "PREFERRED_LEADER_NOT_AVAILABLE",
    "ELIGIBLE_LEADERS_NOT_AVAILABLE",
    "CLUSTER_AUTHORIZATION_FAILED",
    "NOT_CONTROLLER",
    "REQUEST_TIMED_OUT",
    "INVALID_REQUEST",
  ],
})
