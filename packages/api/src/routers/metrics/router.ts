import { procedure, router, type ScopedInput } from "../../trpc.ts"
import { latestMetrics, rangeOfMetrics } from "./metrics.ts"
import * as schema from "./schema.ts"

const describe = {
  kind: "cluster",
  verb: "describe",
  scope: ({ cluster }: ScopedInput) => ({ cluster, name: cluster }),
  effect: "none",
} as const

export const metricsRouter = router({
  range: procedure(describe)
    .input(schema.rangeInput)
    .output(schema.rangeOutput)
    .query(({ ctx, input }) => rangeOfMetrics(ctx, input)),
  latest: procedure(describe)
    .input(schema.latestInput)
    .output(schema.latest)
    .query(({ ctx, input }) => latestMetrics(ctx, input)),
})
