/**
 * Appends one v2 batch per partition. Versions 0-2 carried older message formats and are gone since Kafka 4.0; some clients still need them
 * advertised. 3 transactional id, 5 log start in the answer, 7 zstd allowed (KIP-110), 8 per-record errors (KIP-467), 9 flexible,
 * 10 current leader and endpoints as tags (KIP-951), 11-12 transactions without AddPartitionsToTxn (KIP-890), 13 topic ids instead of names.
 * `acks` is -1, 0 or 1; with 0 there is no response at all.
 */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, int64, records, string, struct, uuid } from "../schema/fields.ts"

export const Produce = defineApi({
  key: 0,
  name: "Produce",
  versions: [3, 13],
  flexible: 9,
  request: {
    transactionalId: string({ nullableSince: 3, default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string({ until: 12, ignorable: true }),
      topicId: uuid({ since: 13, ignorable: true }),
      partitionData: array({
        index: int32(),
        records: records({ nullableSince: 3 }),
      }),
    }),
  },
  response: {
    responses: array({
      name: string({ until: 12, ignorable: true }),
      topicId: uuid({ since: 13, ignorable: true }),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ default: -1, ignorable: true }),
        logStartOffset: int64({ since: 5, default: -1, ignorable: true }),
        recordErrors: array(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string({ nullableSince: 8, default: null }),
          },
          { since: 8, ignorable: true },
        ),
        errorMessage: string({ since: 8, nullableSince: 8, default: null, ignorable: true }),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 10, tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ default: 0, ignorable: true }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullableSince: 10, default: null }),
      },
      { since: 10, tag: 0 },
    ),
  },
  errors: [
    "UNKNOWN_TOPIC_OR_PARTITION",
    "NOT_LEADER_OR_FOLLOWER",
    "MESSAGE_TOO_LARGE",
    "CORRUPT_MESSAGE",
    "INVALID_REQUIRED_ACKS",
    "NOT_ENOUGH_REPLICAS",
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
    "RECORD_LIST_TOO_LARGE",
    "INVALID_TOPIC_EXCEPTION",
    "TOPIC_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "INVALID_TIMESTAMP",
    "INVALID_RECORD",
    "UNSUPPORTED_COMPRESSION_TYPE",
    "OUT_OF_ORDER_SEQUENCE_NUMBER",
    "DUPLICATE_SEQUENCE_NUMBER",
    "INVALID_PRODUCER_EPOCH",
    "UNKNOWN_PRODUCER_ID",
    "INVALID_TXN_STATE",
    "TRANSACTION_ABORTABLE",
    "KAFKA_STORAGE_ERROR",
    "REQUEST_TIMED_OUT",
    "UNKNOWN_TOPIC_ID",
  ],
})
