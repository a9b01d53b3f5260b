import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function describeLag(ctx: Context, input: z.output<typeof schema.lagInput>): Promise<z.output<typeof schema.lag>>
