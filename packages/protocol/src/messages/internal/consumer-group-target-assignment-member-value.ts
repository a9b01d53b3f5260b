/** What a member of a consumer group is to own (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { array, int32, uuid } from "../../schema/fields.ts"

export const ConsumerGroupTargetAssignmentMemberValue = defineRecord({
  name: "ConsumerGroupTargetAssignmentMemberValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
    }),
  },
})
