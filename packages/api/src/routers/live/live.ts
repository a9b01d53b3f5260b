import type { z } from "zod"
import type { Context } from "../../context.ts"
import type { Stream } from "../../stream-output.ts"
import type * as schema from "./schema.ts"

export declare function openStream(ctx: Context, input: z.output<typeof schema.streamInput>): Stream<z.output<typeof schema.liveEvent>>
export declare function setInterest(ctx: Context, input: z.output<typeof schema.interestInput>): Promise<z.output<typeof schema.interest>>
