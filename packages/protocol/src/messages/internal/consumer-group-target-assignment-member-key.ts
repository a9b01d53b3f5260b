/** What a member of a consumer group is to own (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupTargetAssignmentMemberKey = defineRecord({
  name: "ConsumerGroupTargetAssignmentMemberKey",
  versions: [7, 7],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})
