import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function pageMessages(ctx: Context, input: z.output<typeof schema.pageInput>): Promise<z.output<typeof schema.page>>
export declare function getMessage(ctx: Context, input: z.output<typeof schema.getInput>): Promise<z.output<typeof schema.get>>
