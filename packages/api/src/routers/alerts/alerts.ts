import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function listAlerts(ctx: Context, input: z.output<typeof schema.clusterInput>): Promise<z.output<typeof schema.list>>
export declare function listRules(ctx: Context, input: z.output<typeof schema.clusterInput>): Promise<z.output<typeof schema.rules>>
