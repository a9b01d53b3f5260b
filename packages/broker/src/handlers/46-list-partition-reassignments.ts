// Moves of replicas that are under way: with one node, none.
import { errorCode } from "@rivven/protocol"
import { ListPartitionReassignments } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(ListPartitionReassignments, {
  versions: [0, 0],
  omits: ["reassignments: one node never moves a partition (empty list)"],
  handle(_, context) {
    if (context.allows("DESCRIBE", "CLUSTER", clusterResource)) return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics: [] }
    context.countError("CLUSTER_AUTHORIZATION_FAILED")
    return { throttleTimeMs: 0, errorCode: errorCode("CLUSTER_AUTHORIZATION_FAILED"), errorMessage: "Authorization failed.", topics: [] }
  },
})
