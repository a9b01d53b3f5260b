/**
 * What a consumer says when it joins: the `metadata` of JoinGroup. 1 owned partitions (KIP-429), 2 generation (KIP-792), 3 rack (KIP-881).
 * A newer version only appends, so it is read as version 3.
 */
import { defineRecord } from "../../schema/api.ts"
import { array, bytes, int32, string } from "../../schema/fields.ts"

export const ConsumerProtocolSubscription = defineRecord({
  name: "ConsumerProtocolSubscription",
  versions: [0, 3],
  forwardCompatible: true,
  fields: {
    topics: array(string()),
    userData: bytes({ nullableSince: 0, default: null }),
    ownedPartitions: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { since: 1, ignorable: true },
    ),
    generationId: int32({ since: 2, default: -1, ignorable: true }),
    rackId: string({ since: 3, nullableSince: 3, default: null, ignorable: true }),
  },
})
