import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function listGroups(ctx: Context, input: z.output<typeof schema.listInput>): Promise<z.output<typeof schema.list>>
