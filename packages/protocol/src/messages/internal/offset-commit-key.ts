/** Key of a committed offset in `__consumer_offsets`. Versions 0 and 1 are alike; Kafka writes 1. */
import { defineRecord } from "../../schema/api.ts"
import { int32, string } from "../../schema/fields.ts"

export const OffsetCommitKey = defineRecord({
  name: "OffsetCommitKey",
  versions: [0, 1],
  fields: {
    group: string(),
    topic: string(),
    partition: int32(),
  },
})
