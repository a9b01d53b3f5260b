/**
 * Reads whole batches. 4 first version with batches v2 and isolation levels, 5 log start, 7 sessions (KIP-227), 9 leader epochs (KIP-320),
 * 10 zstd, 11 rack, 12 flexible and truncation detection, 13 topic ids instead of names (KIP-516), 15 replica state (KIP-903),
 * 16 endpoints (KIP-951); 17 and 18 serve replicas only (KIP-853, KIP-1166).
 * `isolationLevel` 0 reads to the high watermark, 1 to the last stable offset. Times in ms, sizes in bytes.
 */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, int64, int64Big, records, string, struct, uuid } from "../schema/fields.ts"

export const Fetch = defineApi({
  key: 1,
  name: "Fetch",
  versions: [4, 18],
  flexible: 12,
  request: {
    clusterId: string({ since: 12, nullableSince: 12, tag: 0, default: null, ignorable: true }),
    replicaId: int32({ until: 14, default: -1 }),
    replicaState: struct(
      {
        replicaId: int32({ default: -1 }),
        replicaEpoch: int64({ default: -1 }),
      },
      { since: 15, tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fff_ffff, ignorable: true }),
    isolationLevel: int8({ default: 0, ignorable: true }),
    sessionId: int32({ since: 7, default: 0, ignorable: true }),
    sessionEpoch: int32({ since: 7, default: -1, ignorable: true }),
    topics: array({
      topic: string({ until: 12, ignorable: true }),
      topicId: uuid({ since: 13, ignorable: true }),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ since: 9, default: -1, ignorable: true }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ since: 12, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1, ignorable: true }),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({ since: 17, tag: 0, ignorable: true }),
        highWatermark: int64Big({ since: 18, tag: 1, default: 0x7fff_ffff_ffff_ffffn, ignorable: true }),
      }),
    }),
    forgottenTopicsData: array(
      {
        topic: string({ until: 12, ignorable: true }),
        topicId: uuid({ since: 13, ignorable: true }),
        partitions: array(int32()),
      },
      { since: 7 },
    ),
    rackId: string({ since: 11, default: "", ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16({ since: 7, ignorable: true }),
    sessionId: int32({ since: 7, default: 0 }),
    responses: array({
      topic: string({ until: 12, ignorable: true }),
      topicId: uuid({ since: 13, ignorable: true }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ default: -1, ignorable: true }),
        logStartOffset: int64({ since: 5, default: -1, ignorable: true }),
        divergingEpoch: struct(
          {
            epoch: int32({ default: -1 }),
            endOffset: int64({ default: -1 }),
          },
          { since: 12, tag: 0 },
        ),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 12, tag: 1 },
        ),
        snapshotId: struct(
          {
            endOffset: int64({ default: -1 }),
            epoch: int32({ default: -1 }),
          },
          { since: 12, tag: 2 },
        ),
        abortedTransactions: array(
          {
            producerId: int64(),
            firstOffset: int64(),
          },
          { nullableSince: 4, ignorable: true },
        ),
        preferredReadReplica: int32({ since: 11, default: -1 }),
        records: records({ nullableSince: 4 }),
      }),
    }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullableSince: 16, default: null }),
      },
      { since: 16, tag: 0 },
    ),
  },
  errors: [
    "OFFSET_OUT_OF_RANGE",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "NOT_LEADER_OR_FOLLOWER",
    "REPLICA_NOT_AVAILABLE",
    "TOPIC_AUTHORIZATION_FAILED",
    "FETCH_SESSION_ID_NOT_FOUND",
    "INVALID_FETCH_SESSION_EPOCH",
    "FETCH_SESSION_TOPIC_ID_ERROR",
    "FENCED_LEADER_EPOCH",
    "UNKNOWN_LEADER_EPOCH",
    "UNKNOWN_TOPIC_ID",
    "INCONSISTENT_TOPIC_ID",
    "CORRUPT_MESSAGE",
    "KAFKA_STORAGE_ERROR",
    "UNSUPPORTED_COMPRESSION_TYPE",
    "OFFSET_MOVED_TO_TIERED_STORAGE",
  ],
})
