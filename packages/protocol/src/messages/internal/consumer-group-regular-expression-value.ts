/** Topics that a regular expression of a consumer group matched (KIP-848): the value in `__consumer_offsets`. */
import { defineRecord } from "../../schema/api.ts"
import { array, int64, string } from "../../schema/fields.ts"

export const ConsumerGroupRegularExpressionValue = defineRecord({
  name: "ConsumerGroupRegularExpressionValue",
  versions: [0, 0],
  flexible: 0,
  fields: {
    topics: array(string()),
    version: int64(),
    timestamp: int64(),
  },
})
