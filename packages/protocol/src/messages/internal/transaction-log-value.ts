/** Transaction in `__transaction_state`; times in ms. `transactionStatus` 0 Empty, 1 Ongoing, 2 PrepareCommit, 3 PrepareAbort, 4 CompleteCommit, 5 CompleteAbort. 1 flexible, with the ids around a bump (KIP-890). */
import { defineRecord } from "../../schema/api.ts"
import { array, int8, int16, int32, int64, string } from "../../schema/fields.ts"

export const TransactionLogValue = defineRecord({
  name: "TransactionLogValue",
  versions: [0, 1],
  flexible: 1,
  fields: {
    producerId: int64(),
    previousProducerId: int64({ since: 1, tag: 0, default: -1 }),
    nextProducerId: int64({ since: 1, tag: 1, default: -1 }),
    producerEpoch: int16(),
    nextProducerEpoch: int16({ since: 1, tag: 3, default: -1 }),
    transactionTimeoutMs: int32(),
    transactionStatus: int8(),
    transactionPartitions: array(
      {
        topic: string(),
        partitionIds: array(int32()),
      },
      { nullableSince: 0 },
    ),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    clientTransactionVersion: int16({ since: 1, tag: 2, default: 0 }),
  },
})
