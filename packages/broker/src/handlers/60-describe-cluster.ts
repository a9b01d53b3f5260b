// The cluster and its brokers. 1 tells brokers (1) from controllers (2); this broker is its own controller and serves no other endpoint.
import { errorCode } from "@rivven/protocol"
import { DescribeCluster } from "@rivven/protocol/messages"
import { authorizedOperations, operationsNotAsked } from "../dispatch/authorized-operations.ts"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import { endpointOf } from "../services.ts"

const endpointTypes = { broker: 1, controller: 2 }

export default defineHandler(DescribeCluster, {
  versions: [0, 2],
  omits: ["controller endpoints (MISMATCHED_ENDPOINT_TYPE)"],
  handle({ endpointType, includeClusterAuthorizedOperations }, context) {
    const { clusterId, nodeId } = context.identity
    const { host, port } = endpointOf(context)
    if (endpointType !== endpointTypes.broker) {
      const error = endpointType === endpointTypes.controller ? "MISMATCHED_ENDPOINT_TYPE" : "UNSUPPORTED_ENDPOINT_TYPE"
      const errorMessage = `Endpoint type ${endpointType} is not served here; 1 (brokers) is`
      return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, endpointType, clusterId: "", brokers: [] }
    }
    const brokers = [{ brokerId: nodeId, host, port, rack: context.configs.broker("broker.rack") || null, isFenced: false }]
    const mayKnow = includeClusterAuthorizedOperations && context.allows("DESCRIBE", "CLUSTER", clusterResource)
    const operations = mayKnow ? authorizedOperations(context, { type: "CLUSTER", name: clusterResource }) : 0
    const clusterAuthorizedOperations = includeClusterAuthorizedOperations ? operations : operationsNotAsked
    return { clusterAuthorizedOperations, throttleTimeMs: 0, errorCode: 0, clusterId, controllerId: nodeId, brokers, endpointType }
  },
})
