/** What a member of a consumer group owns, and what it has to give up first. `state` 0 stable, 1 unrevoked partitions, 2 unreleased partitions (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { array, int8, int32, uuid } from "../../schema/fields.ts"

export const ConsumerGroupCurrentMemberAssignmentValue = defineRecord({
  name: "ConsumerGroupCurrentMemberAssignmentValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array({
      topicId: uuid(),
      partitions: array(int32()),
      assignmentEpochs: array(int32(), { nullableSince: 0, tag: 0, default: null }),
    }),
    partitionsPendingRevocation: array({
      topicId: uuid(),
      partitions: array(int32()),
      assignmentEpochs: array(int32(), { nullableSince: 0, tag: 0, default: null }),
    }),
  },
})
