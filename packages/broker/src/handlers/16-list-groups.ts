// All groups, those that only have committed offsets included. 4 filter by state, 5 by type; filters ignore case.
import { ListGroups } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(ListGroups, {
  versions: [0, 5],
  omits: [],
  handle(request, context) {
    const isWanted = (filter: readonly string[], value: string) =>
      filter.length === 0 || filter.some((wanted) => wanted.toLowerCase() === value.toLowerCase())
    const seesAll = context.wouldAllow("DESCRIBE", "CLUSTER", clusterResource)
    const groups = context.groupAdmin
      .list()
      .filter(({ groupId }) => seesAll || context.wouldAllow("DESCRIBE", "GROUP", groupId))
      .filter(({ state, type }) => isWanted(request.typesFilter, type) && isWanted(request.statesFilter, state))
      .map(({ groupId, protocolType, state, type }) => ({ groupId, protocolType, groupState: state, groupType: type }))
    return { errorCode: 0, groups }
  },
})
