import { procedure, router } from "../../trpc.ts"
import { describeCluster, describeConnection, listClusters } from "./clusters.ts"
import { describeOverview } from "./overview.ts"
import { listProblems } from "./problems.ts"
import * as schema from "./schema.ts"

const describe = {
  kind: "cluster",
  verb: "describe",
  scope: ({ cluster }: { cluster?: string }) => ({ cluster, name: cluster }),
  effect: "none",
} as const

export const clustersRouter = router({
  list: procedure(describe)
    .output(schema.list)
    .query(({ ctx }) => listClusters(ctx)),
  get: procedure(describe)
    .input(schema.clusterInput)
    .output(schema.get)
    .query(({ ctx, input }) => describeCluster(ctx, input)),
  overview: procedure(describe)
    .input(schema.clusterInput)
    .output(schema.overview)
    .query(({ ctx, input }) => describeOverview(ctx, input)),
  problems: procedure(describe)
    .input(schema.clusterInput)
    .output(schema.problems)
    .query(({ ctx, input }) => listProblems(ctx, input)),
  connection: procedure(describe)
    .input(schema.clusterInput)
    .output(schema.connection)
    .query(({ ctx, input }) => describeConnection(ctx, input)),
})
