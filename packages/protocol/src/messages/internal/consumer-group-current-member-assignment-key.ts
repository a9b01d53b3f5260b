/** What a member of a consumer group owns, and what it has to give up first. `state` 0 stable, 1 unrevoked partitions, 2 unreleased partitions (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupCurrentMemberAssignmentKey = defineRecord({
  name: "ConsumerGroupCurrentMemberAssignmentKey",
  versions: [8, 8],
  fields: {
    groupId: string(),
    memberId: string(),
  },
})
