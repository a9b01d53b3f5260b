/** Log directories and what lies in them, sizes in bytes. Null topics = all. 2 flexible, 3 top-level error, 4 total and usable bytes (KIP-827), 5 cordoned (KIP-1066). */
import { defineApi } from "../schema/api.ts"
import { array, bool, int16, int32, int64, string } from "../schema/fields.ts"

export const DescribeLogDirs = defineApi({
  key: 35,
  name: "DescribeLogDirs",
  versions: [1, 5],
  flexible: 2,
  request: {
    topics: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { nullableSince: 1 },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ since: 3, ignorable: true }),
    results: array({
      errorCode: int16(),
      logDir: string(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          isFutureKey: bool(),
        }),
      }),
      totalBytes: int64({ since: 4, default: -1, ignorable: true }),
      usableBytes: int64({ since: 4, default: -1, ignorable: true }),
      isCordoned: bool({ since: 5, default: false, ignorable: true }),
    }),
  },
  errors: ["CLUSTER_AUTHORIZATION_FAILED", "KAFKA_STORAGE_ERROR"],
})
