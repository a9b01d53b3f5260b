/** Ends a transaction in partitions; for brokers and for administrators (KIP-664). 1 flexible, 2 transaction version (KIP-1228). */
import { defineApi } from "../schema/api.ts"
import { array, bool, int8, int16, int32, int64, string } from "../schema/fields.ts"

export const WriteTxnMarkers = defineApi({
  key: 27,
  name: "WriteTxnMarkers",
  versions: [1, 2],
  flexible: 1,
  request: {
    markers: array({
      producerId: int64(),
      producerEpoch: int16(),
      transactionResult: bool(),
      topics: array({
        name: string(),
        partitionIndexes: array(int32()),
      }),
      coordinatorEpoch: int32(),
      transactionVersion: int8({ since: 2, default: 0, ignorable: true }),
    }),
  },
  response: {
    markers: array({
      producerId: int64(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          errorCode: int16(),
        }),
      }),
    }),
  },
  errors: [
    "CLUSTER_AUTHORIZATION_FAILED",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "INVALID_PRODUCER_EPOCH",
    "TRANSACTION_COORDINATOR_FENCED",
    "UNSUPPORTED_FOR_MESSAGE_FORMAT",
    "CORRUPT_MESSAGE",
    "KAFKA_STORAGE_ERROR",
  ],
})
