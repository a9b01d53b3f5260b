import { streamOf } from "../../stream-output.ts"
import { procedure, router } from "../../trpc.ts"
import { openStream, setInterest } from "./live.ts"
import * as schema from "./schema.ts"

/** Each key is checked like the query that it stands for. */
const own = { kind: "session", verb: "own", scope: () => ({ cluster: undefined, name: undefined }) } as const

export const liveRouter = router({
  stream: procedure({ ...own, effect: "none" })
    .input(schema.streamInput)
    .output(streamOf(schema.liveEvent))
    .subscription(({ ctx, input }) => openStream(ctx, input)),
  interest: procedure({ ...own, effect: "plan" })
    .input(schema.interestInput)
    .output(schema.interest)
    .mutation(({ ctx, input }) => setInterest(ctx, input)),
})
