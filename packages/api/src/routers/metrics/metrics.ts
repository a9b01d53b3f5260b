import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function rangeOfMetrics(
  ctx: Context,
  input: z.output<typeof schema.rangeInput>,
): Promise<z.output<typeof schema.rangeOutput>>
export declare function latestMetrics(ctx: Context, input: z.output<typeof schema.latestInput>): Promise<z.output<typeof schema.latest>>
