/** Partition counts that a consumer group knew; Kafka 4 reads it and writes it no more (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { array, int32, string, uuid } from "../../schema/fields.ts"

export const ConsumerGroupPartitionMetadataValue = defineRecord({
  name: "ConsumerGroupPartitionMetadataValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array({
      topicId: uuid(),
      topicName: string(),
      numPartitions: int32(),
      partitionMetadata: array({
        partition: int32(),
        racks: array(string()),
      }),
    }),
  },
})
