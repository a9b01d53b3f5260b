import { procedure, router } from "../../trpc.ts"
import * as schema from "./schema.ts"
import { describeMe, listSessions, revokeSession, setPreferences } from "./session.ts"

/** Everybody's own; the session itself is the scope. */
const own = { kind: "session", verb: "own", scope: () => ({ cluster: undefined, name: undefined }) } as const

export const sessionRouter = router({
  me: procedure({ ...own, effect: "none" })
    .output(schema.me)
    .query(({ ctx }) => describeMe(ctx)),
  list: procedure({ ...own, effect: "none" })
    .output(schema.list)
    .query(({ ctx }) => listSessions(ctx)),
  revoke: procedure({ ...own, effect: "write" })
    .input(schema.revokeInput)
    .output(schema.revoke)
    .mutation(({ ctx, input }) => revokeSession(ctx, input)),
  setPreferences: procedure({ ...own, effect: "write" })
    .input(schema.setPreferencesInput)
    .output(schema.setPreferences)
    .mutation(({ ctx, input }) => setPreferences(ctx, input)),
})
