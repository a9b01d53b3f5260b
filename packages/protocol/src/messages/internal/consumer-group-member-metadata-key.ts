/** Member of a consumer group: what it asked for. Times in ms (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupMemberMetadataKey = defineRecord({
  name: "ConsumerGroupMemberMetadataKey",
  versions: [5, 5],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})
