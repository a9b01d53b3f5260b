/** Transactions of a coordinator by state and producer id (KIP-664). 1 least duration in ms (KIP-994), 2 pattern of transactional ids in RE2 syntax (KIP-1152). */
import { defineApi } from "../schema/api.ts"
import { array, int16, int32, int64, string } from "../schema/fields.ts"

export const ListTransactions = defineApi({
  key: 66,
  name: "ListTransactions",
  versions: [0, 2],
  flexible: 0,
  request: {
    stateFilters: array(string()),
    producerIdFilters: array(int64()),
    durationFilter: int64({ since: 1, default: -1 }),
    transactionalIdPattern: string({ since: 2, nullableSince: 2, default: null }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    unknownStateFilters: array(string()),
    transactionStates: array({
      transactionalId: string(),
      producerId: int64(),
      transactionState: string(),
    }),
  },
  errors: ["COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR", "INVALID_REGULAR_EXPRESSION"],
})
