// Who coordinates a group: this broker, always. 0 has to be there, because old librdkafka takes it as a sign of groups and of lz4; 1 key
// types, 4 several keys. Transactional ids are answered too, so that InitProducerId can say clearly that there are no transactions.
import { errorCode } from "@rivven/protocol"
import { FindCoordinator } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { endpointOf } from "../services.ts"

const keyTypes = { group: 0, transaction: 1 }
const firstVersionWithManyKeys = 4

export default defineHandler(FindCoordinator, {
  versions: [0, 6],
  omits: ["share groups (key type 2)"],
  handle(request, context) {
    if (context.apiVersion < firstVersionWithManyKeys) return { ...coordinator(request.keyType, context), coordinators: [] }
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...coordinator(request.keyType, context) })) }
  },
})

function coordinator(keyType: number, context: RequestContext) {
  if (keyType === keyTypes.group || keyType === keyTypes.transaction) {
    const { host, port } = endpointOf(context)
    return { nodeId: context.identity.nodeId, host, port, errorCode: 0, errorMessage: null }
  }
  context.countError("INVALID_REQUEST")
  const errorMessage = `Key type ${keyType} has no coordinator here; 0 (groups) and 1 (transactions) have`
  return { nodeId: -1, host: "", port: -1, errorCode: errorCode("INVALID_REQUEST"), errorMessage }
}
