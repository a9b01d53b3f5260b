/** Consumer group and its epoch (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupMetadataKey = defineRecord({
  name: "ConsumerGroupMetadataKey",
  versions: [3, 3],
  fields: {
    groupId: string(),
  },
})
