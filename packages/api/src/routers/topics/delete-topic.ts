import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function deleteTopic(ctx: Context, input: z.output<typeof schema.deleteInput>): Promise<z.output<typeof schema.changeResult>>
export declare function planDeleteTopic(
  ctx: Context,
  input: z.output<typeof schema.planDeleteInput>,
): Promise<z.output<typeof schema.topicPlan>>
