import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function listClusters(ctx: Context): Promise<z.output<typeof schema.list>>
export declare function describeCluster(ctx: Context, input: z.output<typeof schema.clusterInput>): Promise<z.output<typeof schema.get>>
export declare function describeConnection(
  ctx: Context,
  input: z.output<typeof schema.clusterInput>,
): Promise<z.output<typeof schema.connection>>
