/** What the leader gives to a consumer: the `assignment` of SyncGroup. Versions follow ConsumerProtocolSubscription, the fields never changed. */
import { defineRecord } from "../../schema/api.ts"
import { array, bytes, int32, string } from "../../schema/fields.ts"

export const ConsumerProtocolAssignment = defineRecord({
  name: "ConsumerProtocolAssignment",
  versions: [0, 3],
  forwardCompatible: true,
  fields: {
    assignedPartitions: array({
      topic: string(),
      partitions: array(int32()),
    }),
    userData: bytes({ nullableSince: 0, default: null }),
  },
})
