/** Epoch of a consumer group's target assignment (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { int32, int64 } from "../../schema/fields.ts"

export const ConsumerGroupTargetAssignmentMetadataValue = defineRecord({
  name: "ConsumerGroupTargetAssignmentMetadataValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    assignmentEpoch: int32(),
    assignmentTimestamp: int64({ tag: 0, default: 0, ignorable: true }),
  },
})
