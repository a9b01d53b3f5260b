// State and members of classic groups. A group that does not exist, or is of the newer protocol, is "Dead" without an error, and from 6 GROUP_ID_NOT_FOUND. Metadata and
// assignments are shown once the group is stable, as Kafka does.
import { errorCode, type ResponseInput } from "@rivven/protocol"
import { DescribeGroups } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { authorizedOperations, operationsNotAsked } from "../dispatch/authorized-operations.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { stateNames } from "../groups/group-admin.ts"
import { metadataOf } from "../groups/rebalance.ts"
import { type ClassicGroup, emptyGroup, noBytes } from "../groups/state.ts"

type Described = ResponseInput<typeof DescribeGroups>["groups"][number]

const firstVersionThatKnowsMissingGroups = 6

export default defineHandler(DescribeGroups, {
  versions: [0, 6],
  omits: [],
  handle(request, context) {
    return {
      groups: request.groups.map((groupId) => {
        if (!context.allows("DESCRIBE", "GROUP", groupId)) return denied(groupId, context)
        const operations = request.includeAuthorizedOperations
          ? authorizedOperations(context, { type: "GROUP", name: groupId })
          : operationsNotAsked
        return { ...describe(groupId, context), authorizedOperations: operations }
      }),
    }
  },
})

function denied(groupId: string, context: RequestContext): Described {
  context.countError("GROUP_AUTHORIZATION_FAILED")
  const nothing = { errorMessage: null, groupState: "", protocolType: "", protocolData: "", members: [] }
  return { errorCode: errorCode("GROUP_AUTHORIZATION_FAILED"), groupId, ...nothing }
}

function describe(groupId: string, context: RequestContext): Described {
  const group = context.groups.group(groupId)
  if (group) return described(group)
  const isOther = context.groups.consumers.get(groupId) !== undefined
  if (!isOther && context.groups.offsets.hasAny(groupId)) return described(emptyGroup(groupId, 0))
  const isKnowing = context.apiVersion >= firstVersionThatKnowsMissingGroups
  if (isKnowing) context.countError("GROUP_ID_NOT_FOUND")
  return {
    errorCode: isKnowing ? errorCode("GROUP_ID_NOT_FOUND") : 0,
    errorMessage: isKnowing ? `Group ${quote(groupId)} ${isOther ? "is not a classic group" : "does not exist"}` : null,
    groupId,
    groupState: stateNames.dead,
    protocolType: "",
    protocolData: "",
    members: [],
  }
}

function described(group: ClassicGroup): Described {
  const isStable = group.phase === "stable"
  return {
    errorCode: 0,
    groupId: group.groupId,
    groupState: stateNames[group.phase],
    protocolType: group.protocolType ?? "",
    protocolData: isStable ? (group.protocol ?? "") : "",
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? metadataOf(member, group.protocol) : noBytes,
      memberAssignment: isStable ? member.assignment : noBytes,
    })),
  }
}
