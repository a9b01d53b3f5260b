/** Adds a voter to the metadata quorum (KIP-853). 1 may answer before the voters know (KIP-1186). Timeout in ms. */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, string, uint16, uuid } from "../schema/fields.ts"

export const AddRaftVoter = defineApi({
  key: 80,
  name: "AddRaftVoter",
  versions: [0, 1],
  flexible: 0,
  request: {
    clusterId: string({ nullableSince: 0 }),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
    }),
    ackWhenCommitted: bool({ since: 1, default: true }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0, ignorable: true }),
  },
  errors: [
    "CLUSTER_AUTHORIZATION_FAILED",
    "INCONSISTENT_CLUSTER_ID",
    "DUPLICATE_VOTER",
    "INVALID_REQUEST",
    "NOT_LEADER_OR_FOLLOWER",
    "REQUEST_TIMED_OUT",
    "UNSUPPORTED_VERSION",
  ],
})
