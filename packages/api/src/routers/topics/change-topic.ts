import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function applyTopic(ctx: Context, input: z.output<typeof schema.applyInput>): Promise<z.output<typeof schema.changeResult>>
export declare function planTopic(ctx: Context, input: z.output<typeof schema.planInput>): Promise<z.output<typeof schema.topicPlan>>
