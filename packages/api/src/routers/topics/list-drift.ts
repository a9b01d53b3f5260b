import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function listDrift(ctx: Context, input: z.output<typeof schema.topicInput>): Promise<z.output<typeof schema.drift>>
