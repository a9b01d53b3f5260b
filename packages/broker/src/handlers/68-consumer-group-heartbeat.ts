// The one request of a member of a consumer group (KIP-848). 1 regular expressions of topics, and clients make the ids of members
// themselves; in 0 the broker makes one for who joins without.
import { errorCode, type RequestOf } from "@rivven/protocol"
import { ConsumerGroupHeartbeat } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { partitionsOf, topicPartitions } from "../groups/consumer-records.ts"
import type { ConsumerReply } from "../groups/consumer-state.ts"

type Request = RequestOf<typeof ConsumerGroupHeartbeat>

const firstVersionWithOwnIds = 1
const joinEpoch = 0

export default defineHandler(ConsumerGroupHeartbeat, {
  versions: [0, 1],
  omits: ["online migration: a group whose members use the older protocol is refused", "racks: assignors do not look at them"],
  async handle(request, context) {
    const denial = whyDenied(request, context)
    if (denial) return answer(request, { error: denial, message: null, memberId: null, epoch: 0, assignment: null }, context)
    const makesId = context.apiVersion < firstVersionWithOwnIds && request.memberId === "" && request.memberEpoch === joinEpoch
    const heartbeat = {
      memberId: makesId ? context.groups.consumers.freshMemberId() : request.memberId,
      epoch: request.memberEpoch,
      instanceId: request.instanceId,
      rackId: request.rackId,
      clientId: context.clientId,
      clientHost: context.peer.host,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      topicNames: request.subscribedTopicNames,
      regex: request.subscribedTopicRegex,
      assignor: request.serverAssignor,
      owned: request.topicPartitions && partitionsOf(request.topicPartitions),
    }
    const maySee = (topic: string) => context.wouldAllow("DESCRIBE", "TOPIC", topic)
    return answer(request, await context.groups.consumers.heartbeat(request.groupId, heartbeat, maySee), context)
  },
})

function whyDenied({ groupId, subscribedTopicNames }: Request, { allows }: RequestContext) {
  if (!allows("READ", "GROUP", groupId)) return "GROUP_AUTHORIZATION_FAILED"
  const hidden = (subscribedTopicNames ?? []).filter((name) => !allows("DESCRIBE", "TOPIC", name))
  return hidden.length > 0 ? "TOPIC_AUTHORIZATION_FAILED" : null
}

type Denial = NonNullable<ReturnType<typeof whyDenied>>
type Answer = Omit<ConsumerReply, "error"> & { readonly error: ConsumerReply["error"] | Denial }

function answer({ groupId }: Request, { error, message, memberId, epoch, assignment }: Answer, context: RequestContext) {
  context.countError(error)
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    errorMessage: message,
    memberId,
    memberEpoch: epoch,
    heartbeatIntervalMs: error === "NONE" ? context.groups.consumers.settings(groupId).heartbeatIntervalMs : 0,
    assignment: assignment && { topicPartitions: topicPartitions(assignment) },
  }
}
