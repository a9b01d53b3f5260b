import { procedure, router, type ScopedInput } from "../../trpc.ts"
import { describeForm, getResource } from "./resources.ts"
import * as schema from "./schema.ts"

const describe = {
  kind: "topic",
  verb: "describe",
  scope: ({ cluster, topic }: ScopedInput) => ({ cluster, name: topic }),
  effect: "none",
} as const

export const resourcesRouter = router({
  form: procedure(describe)
    .input(schema.formInput)
    .output(schema.form)
    .query(({ ctx, input }) => describeForm(ctx, input)),
  get: procedure(describe)
    .input(schema.getInput)
    .output(schema.get)
    .query(({ ctx, input }) => getResource(ctx, input)),
})
