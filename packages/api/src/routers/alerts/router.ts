import { procedure, router, type ScopedInput } from "../../trpc.ts"
import { listAlerts, listRules } from "./alerts.ts"
import * as schema from "./schema.ts"

const list = {
  kind: "alert",
  verb: "list",
  scope: ({ cluster }: ScopedInput) => ({ cluster, name: undefined }),
  effect: "none",
} as const

export const alertsRouter = router({
  list: procedure(list)
    .input(schema.clusterInput)
    .output(schema.list)
    .query(({ ctx, input }) => listAlerts(ctx, input)),
  rules: procedure(list)
    .input(schema.clusterInput)
    .output(schema.rules)
    .query(({ ctx, input }) => listRules(ctx, input)),
})
