/** Committed offset in `__consumer_offsets`; timestamps in ms. 1 has an expiry, 3 the leader epoch (KIP-320), 4 is flexible. Kafka writes 3. */
import { defineRecord } from "../../schema/api.ts"
import { int32, int64, string, uuid } from "../../schema/fields.ts"

export const OffsetCommitValue = defineRecord({
  name: "OffsetCommitValue",
  versions: [0, 4],
  flexible: 4,
  fields: {
    offset: int64(),
    leaderEpoch: int32({ since: 3, default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ since: 1, until: 1, default: -1, ignorable: true }),
    topicId: uuid({ since: 4, tag: 0, ignorable: true }),
  },
})
