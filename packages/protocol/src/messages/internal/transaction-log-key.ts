/** Key of a transaction in `__transaction_state`. */
import { defineRecord } from "../../schema/api.ts"
import { string } from "../../schema/fields.ts"

export const TransactionLogKey = defineRecord({
  name: "TransactionLogKey",
  versions: [0, 0],
  fields: {
    transactionalId: string({ until: 0 }),
  },
})
