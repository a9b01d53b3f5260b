/** Epoch of a consumer group's target assignment (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupTargetAssignmentMetadataKey = defineRecord({
  name: "ConsumerGroupTargetAssignmentMetadataKey",
  versions: [6, 6],
  fields: {
    groupId: string(),
  },
})
