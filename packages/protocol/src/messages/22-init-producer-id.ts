/**
 * Hands out producer ids; with a transactional id it fences older producers and ends what they left open. 2 flexible, 3 epoch recovery (KIP-360),
 * 4 PRODUCER_FENCED, 5 TRANSACTION_ABORTABLE (KIP-890). Version 6 (two-phase commit, KIP-939) is unstable in Kafka 4.3 and left out.
 */
import { defineApi } from "../schema/api.ts"
import { int16, int32, int64, string } from "../schema/fields.ts"

export const InitProducerId = defineApi({
  key: 22,
  name: "InitProducerId",
  versions: [0, 5],
  flexible: 2,
  request: {
    transactionalId: string({ nullableSince: 0 }),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: 3, default: -1 }),
    producerEpoch: int16({ since: 3, default: -1 }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
  },
  errors: [
    "COORDINATOR_LOAD_IN_PROGRESS",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_COORDINATOR",
    "CLUSTER_AUTHORIZATION_FAILED",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "INVALID_TRANSACTION_TIMEOUT",
    "CONCURRENT_TRANSACTIONS",
    "INVALID_PRODUCER_EPOCH",
    "PRODUCER_FENCED",
    "INVALID_REQUEST",
  ],
})
