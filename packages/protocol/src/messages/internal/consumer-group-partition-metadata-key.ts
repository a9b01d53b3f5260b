/** Partition counts that a consumer group knew; Kafka 4 reads it and writes it no more (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupPartitionMetadataKey = defineRecord({
  name: "ConsumerGroupPartitionMetadataKey",
  versions: [4, 4],
  fields: {
    groupId: string(),
  },
})
