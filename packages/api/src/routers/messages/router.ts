import { streamOf } from "../../stream-output.ts"
import { procedure, router, type ScopedInput } from "../../trpc.ts"
import { getMessage, pageMessages } from "./messages.ts"
import * as schema from "./schema.ts"
import { tailMessages } from "./tail-messages.ts"

const read = {
  kind: "topic",
  verb: "read-messages",
  scope: ({ cluster, topic }: ScopedInput) => ({ cluster, name: topic }),
  effect: "none",
} as const

export const messagesRouter = router({
  page: procedure(read)
    .input(schema.pageInput)
    .output(schema.page)
    .query(({ ctx, input }) => pageMessages(ctx, input)),
  get: procedure(read)
    .input(schema.getInput)
    .output(schema.get)
    .query(({ ctx, input }) => getMessage(ctx, input)),
  tail: procedure(read)
    .input(schema.tailInput)
    .output(streamOf(schema.tailEvent))
    .subscription(({ ctx, input }) => tailMessages(ctx, input)),
})
