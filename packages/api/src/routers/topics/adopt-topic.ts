import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function adoptTopic(ctx: Context, input: z.output<typeof schema.adoptInput>): Promise<z.output<typeof schema.changeResult>>
