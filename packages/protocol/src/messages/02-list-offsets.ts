/**
 * Offset by timestamp (ms) or by a special one: -1 latest, -2 log start, -3 largest timestamp (7, KIP-734), -4 first local (8, KIP-405),
 * -5 last tiered (9, KIP-1005), -6 first pending upload (11). 2 isolation level, 4 leader epochs, 6 flexible, 10 timeout (KIP-1075).
 * Version 0 had another layout and is gone.
 */
import { defineApi } from "../schema/api.ts"
import { array, int8, int16, int32, int64, string } from "../schema/fields.ts"

export const ListOffsets = defineApi({
  key: 2,
  name: "ListOffsets",
  versions: [1, 11],
  flexible: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: 2 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: 4, default: -1, ignorable: true }),
        timestamp: int64(),
      }),
    }),
    timeoutMs: int32({ since: 10, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, ignorable: true }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({ default: -1 }),
        offset: int64({ default: -1 }),
        leaderEpoch: int32({ since: 4, default: -1 }),
      }),
    }),
  },
  errors: [
    "UNKNOWN_TOPIC_OR_PARTITION",
    "NOT_LEADER_OR_FOLLOWER",
    "LEADER_NOT_AVAILABLE",
    "OFFSET_NOT_AVAILABLE",
    "TOPIC_AUTHORIZATION_FAILED",
    "UNSUPPORTED_FOR_MESSAGE_FORMAT",
    "FENCED_LEADER_EPOCH",
    "UNKNOWN_LEADER_EPOCH",
    "INVALID_REQUEST",
    "KAFKA_STORAGE_ERROR",
  ],
})
