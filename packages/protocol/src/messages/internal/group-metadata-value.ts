/** Classic group in `__consumer_offsets`: state after a completed rebalance; times in ms. 3 static members (KIP-345), 4 is flexible. Kafka writes 3. */
import { defineRecord } from "../../schema/api.ts"
import { array, bytes, int32, int64, string } from "../../schema/fields.ts"

export const GroupMetadataValue = defineRecord({
  name: "GroupMetadataValue",
  versions: [0, 4],
  flexible: 4,
  fields: {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullableSince: 0 }),
    leader: string({ nullableSince: 0 }),
    currentStateTimestamp: int64({ since: 2, default: -1, ignorable: true }),
    members: array({
      memberId: string(),
      groupInstanceId: string({ since: 3, nullableSince: 3, default: null, ignorable: true }),
      clientId: string(),
      clientHost: string(),
      rebalanceTimeout: int32({ since: 1, default: -1, ignorable: true }),
      sessionTimeout: int32(),
      subscription: bytes(),
      assignment: bytes(),
    }),
  },
})
