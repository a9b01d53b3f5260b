/** Removes a voter from the metadata quorum (KIP-853). */
import { defineApi } from "../schema/api.ts"
import { int16, int32, string, uuid } from "../schema/fields.ts"

export const RemoveRaftVoter = defineApi({
  key: 81,
  name: "RemoveRaftVoter",
  versions: [0, 0],
  flexible: 0,
  request: {
    clusterId: string({ nullableSince: 0 }),
    voterId: int32(),
    voterDirectoryId: uuid(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0, ignorable: true }),
  },
  errors: [
    "CLUSTER_AUTHORIZATION_FAILED",
    "INCONSISTENT_CLUSTER_ID",
    "VOTER_NOT_FOUND",
    "INVALID_REQUEST",
    "NOT_LEADER_OR_FOLLOWER",
    "REQUEST_TIMED_OUT",
    "UNSUPPORTED_VERSION",
  ],
})
