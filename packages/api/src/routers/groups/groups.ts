import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function describeGroup(ctx: Context, input: z.output<typeof schema.groupInput>): Promise<z.output<typeof schema.get>>
export declare function listAssignments(
  ctx: Context,
  input: z.output<typeof schema.groupInput>,
): Promise<z.output<typeof schema.assignments>>
