/** Topics that a regular expression of a consumer group matched (KIP-848): the key in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const ConsumerGroupRegularExpressionKey = defineRecord({
  name: "ConsumerGroupRegularExpressionKey",
  versions: [16, 16],
  fields: {
    groupId: string(),
    regularExpression: string(),
  },
})
