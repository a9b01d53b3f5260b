import type { z } from "zod"
import type { Context } from "../../context.ts"
import type { Stream } from "../../stream-output.ts"
import type * as schema from "./schema.ts"

export declare function tailMessages(ctx: Context, input: z.output<typeof schema.tailInput>): Stream<z.output<typeof schema.tailEvent>>
