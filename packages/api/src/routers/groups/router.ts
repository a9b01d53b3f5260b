import { procedure, router, type ScopedInput } from "../../trpc.ts"
import { describeGroup, listAssignments } from "./groups.ts"
import { describeLag } from "./lag-history.ts"
import { listGroups } from "./list-groups.ts"
import * as schema from "./schema.ts"

const group = { kind: "group", scope: ({ cluster, group }: ScopedInput) => ({ cluster, name: group }), effect: "none" } as const
const describe = { ...group, verb: "describe" } as const

export const groupsRouter = router({
  list: procedure({ ...group, verb: "list" })
    .input(schema.listInput)
    .output(schema.list)
    .query(({ ctx, input }) => listGroups(ctx, input)),
  get: procedure(describe)
    .input(schema.groupInput)
    .output(schema.get)
    .query(({ ctx, input }) => describeGroup(ctx, input)),
  lag: procedure(describe)
    .input(schema.lagInput)
    .output(schema.lag)
    .query(({ ctx, input }) => describeLag(ctx, input)),
  assignments: procedure(describe)
    .input(schema.groupInput)
    .output(schema.assignments)
    .query(({ ctx, input }) => listAssignments(ctx, input)),
})
