/** Commits or aborts. 2 PRODUCER_FENCED, 3 flexible, 4 TRANSACTION_ABORTABLE, 5 answers id and epoch of the next transaction (KIP-890). */
import { defineApi } from "../schema/api.ts"
import { bool, int16, int32, int64, string } from "../schema/fields.ts"

export const EndTxn = defineApi({
  key: 26,
  name: "EndTxn",
  versions: [0, 5],
  flexible: 3,
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({ since: 5, default: -1, ignorable: true }),
    producerEpoch: int16({ since: 5, default: -1, ignorable: true }),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "INVALID_PRODUCER_ID_MAPPING",
    "INVALID_PRODUCER_EPOCH",
    "PRODUCER_FENCED",
    "INVALID_TXN_STATE",
    "CONCURRENT_TRANSACTIONS",
    "TRANSACTION_ABORTABLE",
    "UNSUPPORTED_VERSION",
  ],
})
