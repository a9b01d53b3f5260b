/** Member of a consumer group: what it asked for. Times in ms (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { array, bytes, int32, string, struct } from "../../schema/fields.ts"

export const ConsumerGroupMemberMetadataValue = defineRecord({
  name: "ConsumerGroupMemberMetadataValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    instanceId: string({ nullableSince: 0 }),
    rackId: string({ nullableSince: 0 }),
    clientId: string(),
    clientHost: string(),
    subscribedTopicNames: array(string()),
    subscribedTopicRegex: string({ nullableSince: 0 }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    serverAssignor: string({ nullableSince: 0 }),
    classicMemberMetadata: struct(
      {
        sessionTimeoutMs: int32(),
        supportedProtocols: array({
          name: string(),
          metadata: bytes(),
        }),
      },
      { nullableSince: 0, tag: 0, default: null },
    ),
  },
})
