// How the older protocol of transactions says that a producer was fenced, and who may still speak it.
import type { ErrorName } from "@rivven/protocol"
import type { RequestContext } from "../dispatch/define-handler.ts"

const firstVersionThatKnowsFenced = 2

/** For AddPartitionsToTxn, AddOffsetsToTxn and EndTxn. */
export const wordedFor = ({ apiVersion }: { apiVersion: number }, error: ErrorName): ErrorName =>
  error === "PRODUCER_FENCED" && apiVersion < firstVersionThatKnowsFenced ? "INVALID_PRODUCER_EPOCH" : error

/** Counts a client of the older protocol. Answers why it is turned away, where the operator does not want it. */
export function whyLegacyDenied(context: RequestContext): ErrorName | null {
  const software = context.peer.software?.name ?? "unknown"
  context.metrics.onLegacyTransaction(software)
  if (context.configs.broker("transaction.legacy") !== "deny") return null
  context.logger.warn(
    { clientId: context.clientId, software, peer: context.peer.host },
    "a transaction of the older protocol was refused: transaction.legacy is deny; the client has to support transaction.version 2",
  )
  return "UNSUPPORTED_VERSION"
}
