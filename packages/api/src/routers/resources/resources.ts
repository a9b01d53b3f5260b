import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function describeForm(ctx: Context, input: z.output<typeof schema.formInput>): Promise<z.output<typeof schema.form>>
export declare function getResource(ctx: Context, input: z.output<typeof schema.getInput>): Promise<z.output<typeof schema.get>>
