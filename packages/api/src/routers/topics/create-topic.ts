import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function createTopic(ctx: Context, input: z.output<typeof schema.createInput>): Promise<z.output<typeof schema.changeResult>>
export declare function planCreateTopic(
  ctx: Context,
  input: z.output<typeof schema.planCreateInput>,
): Promise<z.output<typeof schema.topicPlan>>
