// Transactions by state, producer id, age (1) and a pattern in RE2 syntax (2). Only those whose id the client may describe.
import { errorCode } from "@rivven/protocol"
import { ListTransactions } from "@rivven/protocol/messages"
import { RE2JS } from "re2js"
import { defineHandler } from "../dispatch/define-handler.ts"
import { phaseNames } from "./65-describe-transactions.ts"

export default defineHandler(ListTransactions, {
  versions: [0, 2],
  omits: [],
  handle({ stateFilters, producerIdFilters, durationFilter, transactionalIdPattern }, context) {
    const matches = matcher(transactionalIdPattern ?? "")
    if (!matches)
      return { throttleTimeMs: 0, errorCode: errorCode("INVALID_REGULAR_EXPRESSION"), unknownStateFilters: [], transactionStates: [] }
    const names = new Set(Object.values(phaseNames))
    const oldestMs = context.clock.wall() - durationFilter
    const transactionStates = [...context.transactions.all()]
      .filter(
        ({ transactionalId, producerId, phase, startedMs }) =>
          (stateFilters.length === 0 || stateFilters.includes(phaseNames[phase])) &&
          (producerIdFilters.length === 0 || producerIdFilters.includes(producerId)) &&
          (durationFilter < 0 || (startedMs >= 0 && startedMs <= oldestMs)) &&
          matches(transactionalId) &&
          context.wouldAllow("DESCRIBE", "TRANSACTIONAL_ID", transactionalId),
      )
      .map(({ transactionalId, producerId, phase }) => ({ transactionalId, producerId, transactionState: phaseNames[phase] }))
    return { throttleTimeMs: 0, errorCode: 0, unknownStateFilters: stateFilters.filter((state) => !names.has(state)), transactionStates }
  },
})

/** Undefined when the pattern is none. */
function matcher(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === "") return () => true
  try {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.matches(text)
  } catch {
    return undefined // the client hears which field is wrong by the error's name
  }
}
