/**
 * Where a group or a transactional id lives. 1 key type (0 group, 1 transaction, 2 share), 3 flexible, 4 many keys at once (KIP-699: the
 * answer moves to `coordinators`), 5 TRANSACTION_ABORTABLE, 6 share groups. Clients take the presence of version 0 as proof of groups.
 */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, string } from "../schema/fields.ts"

export const FindCoordinator = defineApi({
  key: 10,
  name: "FindCoordinator",
  versions: [0, 6],
  flexible: 3,
  request: {
    key: string({ until: 3 }),
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: array(string(), { since: 4 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16({ until: 3 }),
    errorMessage: string({ since: 1, until: 3, nullableSince: 1, ignorable: true }),
    nodeId: int32({ until: 3 }),
    host: string({ until: 3 }),
    port: int32({ until: 3 }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullableSince: 4, ignorable: true }),
      },
      { since: 4 },
    ),
  },
  errors: [
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "INVALID_REQUEST",
    "INVALID_GROUP_ID",
    "GROUP_AUTHORIZATION_FAILED",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "TRANSACTION_ABORTABLE",
  ],
})
