import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function listProblems(ctx: Context, input: z.output<typeof schema.clusterInput>): Promise<z.output<typeof schema.problems>>
