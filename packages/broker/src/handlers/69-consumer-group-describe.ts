// Groups of the newer protocol (KIP-848) with what their members own and are to own. A group that reads a topic which who asks may not know
// of is not shown. 1 member types: all are of the newer protocol.
import { type ErrorName, errorCode, type ResponseInput } from "@rivven/protocol"
import { ConsumerGroupDescribe } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { authorizedOperations, operationsNotAsked } from "../dispatch/authorized-operations.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { assignorOf } from "../groups/consumer.ts"
import { topicPartitions } from "../groups/consumer-records.ts"
import {
  type ConsumerGroup,
  type ConsumerMember,
  noPartitions,
  type Partitions,
  phaseOf,
  subscriptionOf,
} from "../groups/consumer-state.ts"

type Described = ResponseInput<typeof ConsumerGroupDescribe>["groups"][number]

const consumerMember = 1

export default defineHandler(ConsumerGroupDescribe, {
  versions: [0, 1],
  omits: [],
  handle({ groupIds, includeAuthorizedOperations }, context) {
    const groups = groupIds.map((groupId) => {
      if (!context.allows("DESCRIBE", "GROUP", groupId)) return failed(groupId, "GROUP_AUTHORIZATION_FAILED", context)
      const group = context.groups.consumers.get(groupId)
      const operations = includeAuthorizedOperations ? authorizedOperations(context, { type: "GROUP", name: groupId }) : operationsNotAsked
      const described = group
        ? describe(group, context)
        : failed(groupId, groupId === "" ? "INVALID_GROUP_ID" : "GROUP_ID_NOT_FOUND", context)
      return described.errorCode === 0 ? { ...described, authorizedOperations: operations } : described
    })
    return { throttleTimeMs: 0, groups }
  },
})

function failed(groupId: string, error: ErrorName, context: RequestContext): Described {
  context.countError(error)
  return {
    errorCode: errorCode(error),
    errorMessage: error === "GROUP_ID_NOT_FOUND" ? `Group ${quote(groupId)} is not a group of the consumer protocol` : null,
    groupId,
    groupState: error === "GROUP_ID_NOT_FOUND" ? "Dead" : "",
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: "",
    members: [],
  }
}

function describe(group: ConsumerGroup, context: RequestContext): Described {
  const { groupId } = group
  const members = [...group.members.values()]
  const read = new Set(members.flatMap((member) => [...subscriptionOf(member, group)]))
  for (const name of read) if (!context.allows("DESCRIBE", "TOPIC", name)) return failed(groupId, "TOPIC_AUTHORIZATION_FAILED", context)
  return {
    errorCode: 0,
    errorMessage: null,
    groupId,
    groupState: phaseOf(group),
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: assignorOf(group, context.groups.consumers.settings(groupId).assignors),
    members: members.map((member) => memberOf(member, group, context)),
  }
}

function memberOf(member: ConsumerMember, group: ConsumerGroup, context: RequestContext): Described["members"][number] {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: [...member.topicNames],
    subscribedTopicRegex: member.regex,
    assignment: named(member.assigned, context),
    targetAssignment: named(group.target.get(member.memberId) ?? noPartitions, context),
    memberType: consumerMember,
  }
}

/** Topics that are gone have no name. */
function named(partitions: Partitions, { catalog }: RequestContext) {
  return {
    topicPartitions: topicPartitions(partitions).flatMap((topic) => {
      const topicName = catalog.topicById(topic.topicId)?.name
      return topicName === undefined ? [] : [{ ...topic, topicName }]
    }),
  }
}
