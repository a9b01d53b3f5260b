/** Consumer group and its epoch (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { int32, int64 } from "../../schema/fields.ts"

export const ConsumerGroupMetadataValue = defineRecord({
  name: "ConsumerGroupMetadataValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    epoch: int32(),
    metadataHash: int64({ tag: 0, default: 0 }),
  },
})
