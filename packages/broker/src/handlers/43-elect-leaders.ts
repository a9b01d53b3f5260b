// Elections of leaders (KIP-460). A partition has one copy, which leads: none is ever needed. 1 unclean elections and an error at the top.
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { ElectLeaders } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

type Wanted = NonNullable<RequestOf<typeof ElectLeaders>["topicPartitions"]>
type Refusal = readonly [error: ErrorName, message: string | null]

const electionTypes = [0, 1]

export default defineHandler(ElectLeaders, {
  versions: [0, 2],
  omits: ["elections: one node leads every partition (ELECTION_NOT_NEEDED)"],
  handle({ electionType, topicPartitions }, context) {
    if (!context.allows("ALTER", "CLUSTER", clusterResource))
      return refused(topicPartitions, ["CLUSTER_AUTHORIZATION_FAILED", "Authorization failed."], context)
    if (!electionTypes.includes(electionType))
      return refused(
        topicPartitions,
        ["INVALID_REQUEST", `Election type ${electionType} is unknown; 0 is preferred, 1 is unclean`],
        context,
      )
    const replicaElectionResults = answers(topicPartitions ?? [], (topic, partition) => whyNotElected(topic, partition, context), context)
    return { throttleTimeMs: 0, errorCode: 0, replicaElectionResults }
  },
})

/** The same for every partition, which is all that 0 can say, and at the top. */
function refused(wanted: Wanted | null, refusal: Refusal, context: RequestContext) {
  context.countError(refusal[0])
  return { throttleTimeMs: 0, errorCode: errorCode(refusal[0]), replicaElectionResults: answers(wanted ?? [], () => refusal, context) }
}

function answers(wanted: Wanted, why: (topic: string, partition: number) => Refusal, context: RequestContext) {
  return wanted.map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map((partitionId) => {
      const [error, errorMessage] = why(topic, partitionId)
      context.countError(error)
      return { partitionId, errorCode: errorCode(error), errorMessage }
    }),
  }))
}

function whyNotElected(name: string, partition: number, { catalog }: RequestContext): Refusal {
  const topic = catalog.topic(name)
  if (!topic) return ["UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(name)} does not exist`]
  if (partition < 0 || partition >= topic.partitionCount)
    return ["UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(name)} has no partition ${partition}; it has ${topic.partitionCount}`]
  return ["ELECTION_NOT_NEEDED", "Leader election not needed for topic partition."]
}
