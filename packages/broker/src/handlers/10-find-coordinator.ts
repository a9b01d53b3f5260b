// Who coordinates a group: this broker, always. 0 has to be there, because old librdkafka takes it as a sign of groups and of lz4; 1 key
// types, 4 several keys. Transactional ids are answered too, so that InitProducerId can say clearly that there are no transactions.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { FindCoordinator } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { denials } from "../security/access.ts"
import { endpointOf } from "../services.ts"

const keyTypes = { group: 0, transaction: 1 }
const firstVersionWithManyKeys = 4

export default defineHandler(FindCoordinator, {
  versions: [0, 6],
  omits: ["share groups (key type 2)"],
  handle(request, context) {
    if (context.apiVersion < firstVersionWithManyKeys) return { ...coordinator(request, request.key, context), coordinators: [] }
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...coordinator(request, key, context) })) }
  },
})

function coordinator({ keyType }: { keyType: number }, key: string, context: RequestContext) {
  if (keyType === keyTypes.group || keyType === keyTypes.transaction) {
    const resource = keyType === keyTypes.group ? "GROUP" : "TRANSACTIONAL_ID"
    if (!context.allows("DESCRIBE", resource, key)) return refused(denials[resource], null, context)
    const { host, port } = endpointOf(context)
    return { nodeId: context.identity.nodeId, host, port, errorCode: 0, errorMessage: null }
  }
  return refused("INVALID_REQUEST", `Key type ${keyType} has no coordinator here; 0 (groups) and 1 (transactions) have`, context)
}

function refused(error: ErrorName, errorMessage: string | null, context: RequestContext) {
  context.countError(error)
  return { nodeId: -1, host: "", port: -1, errorCode: errorCode(error), errorMessage }
}
