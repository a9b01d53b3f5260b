/** Key of a classic group in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const GroupMetadataKey = defineRecord({
  name: "GroupMetadataKey",
  versions: [2, 2],
  fields: {
    group: string(),
  },
})
