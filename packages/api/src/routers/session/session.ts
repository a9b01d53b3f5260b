import type { z } from "zod"
import type { Context } from "../../context.ts"
import type * as schema from "./schema.ts"

export declare function describeMe(ctx: Context): Promise<z.output<typeof schema.me>>
export declare function listSessions(ctx: Context): Promise<z.output<typeof schema.list>>
export declare function revokeSession(ctx: Context, input: z.output<typeof schema.revokeInput>): Promise<z.output<typeof schema.revoke>>
export declare function setPreferences(
  ctx: Context,
  input: z.output<typeof schema.setPreferencesInput>,
): Promise<z.output<typeof schema.setPreferences>>
