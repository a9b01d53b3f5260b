// Moves of replicas (KIP-455). This node is the only place: what asks for it is done, everything else is refused, and nothing is ever under
// way that could be cancelled. 1 may forbid another number of replicas, which no assignment that is accepted has.
import { errorCode, type RequestOf } from "@rivven/protocol"
import { AlterPartitionReassignments } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import type { Refused } from "../log/model.ts"
import { clusterResource } from "../security/access.ts"
import { refuse } from "../topics/refusal.ts"

type Wanted = RequestOf<typeof AlterPartitionReassignments>["topics"][number]["partitions"][number]

export default defineHandler(AlterPartitionReassignments, {
  versions: [0, 1],
  omits: ["other brokers (INVALID_REPLICA_ASSIGNMENT)"],
  handle(request, context) {
    const { allowReplicationFactorChange } = request
    if (!context.allows("ALTER", "CLUSTER", clusterResource)) {
      context.countError("CLUSTER_AUTHORIZATION_FAILED")
      const refusal = { errorCode: errorCode("CLUSTER_AUTHORIZATION_FAILED"), errorMessage: "Authorization failed." }
      return { throttleTimeMs: 0, allowReplicationFactorChange, ...refusal, responses: [] }
    }
    const responses = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((wanted) => {
        const { partitionIndex } = wanted
        const why = whyUnknown(name, partitionIndex, context) ?? whyNotMoved(wanted, context)
        if (!why) return { partitionIndex, errorCode: 0, errorMessage: null }
        context.countError(why.error)
        return { partitionIndex, errorCode: errorCode(why.error), errorMessage: why.message }
      }),
    }))
    return { throttleTimeMs: 0, allowReplicationFactorChange, errorCode: 0, errorMessage: null, responses }
  },
})

function whyUnknown(name: string, index: number, { catalog }: RequestContext): Refused | undefined {
  const topic = catalog.topic(name)
  if (!topic) return refuse("UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(name)} does not exist`)
  if (index >= 0 && index < topic.partitionCount) return undefined
  return refuse("UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(name)} has no partition ${index}; it has ${topic.partitionCount}`)
}

function whyNotMoved({ replicas }: Wanted, { identity }: RequestContext): Refused | undefined {
  if (replicas === null) return refuse("NO_REASSIGNMENT_IN_PROGRESS", "No partition reassignment is in progress.")
  if (replicas.length === 0) return refuse("INVALID_REPLICA_ASSIGNMENT", "The assignment names no broker")
  const other = replicas.find((replica) => replica !== identity.nodeId)
  if (other !== undefined)
    return refuse("INVALID_REPLICA_ASSIGNMENT", `The assignment names broker ${other}; the only one is ${identity.nodeId}`)
  if (replicas.length === 1) return undefined
  return refuse("INVALID_REPLICA_ASSIGNMENT", `The assignment names broker ${identity.nodeId} more than once`)
}
