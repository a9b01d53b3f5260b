/** Adds a group's offsets to the open transaction (KIP-98). 2 PRODUCER_FENCED, 3 flexible, 4 TRANSACTION_ABORTABLE (KIP-890). */
import { defineApi } from "../schema/api.ts"
import { int16, int32, int64, string } from "../schema/fields.ts"

export const AddOffsetsToTxn = defineApi({
  key: 25,
  name: "AddOffsetsToTxn",
  versions: [0, 4],
  flexible: 3,
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    groupId: string(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "INVALID_PRODUCER_ID_MAPPING",
    "INVALID_PRODUCER_EPOCH",
    "PRODUCER_FENCED",
    "INVALID_TXN_STATE",
    "CONCURRENT_TRANSACTIONS",
    "TRANSACTION_ABORTABLE",
    "INVALID_GROUP_ID",
    "UNSUPPORTED_VERSION",
  ],
})
