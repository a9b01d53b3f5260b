// An apply plans again. Only if the new plan is the one that was confirmed is anything written.
import type { Context } from "../../context.ts"
import { ApiError } from "../../errors.ts"
import type { ChangeResult, TopicPlan } from "./plan-schema.ts"

export interface Confirmation {
  hash: string
  typedName?: string
}

/** Undefined: go on and write. Throws `NOT_CONFIRMED` when the typed name is not the topic's. */
export function refusalOf({ deps }: Context, { hash, typedName }: Confirmation, current: TopicPlan): ChangeResult | undefined {
  if (current.hash !== hash)
    return { outcome: "stale", code: "PLAN_STALE", planned: deps.plans.get(hash), current: deps.plans.keep(current) }
  if (current.outcome === "conflict") return { outcome: "conflict", code: "FIELD_CONFLICT", conflicts: current.conflicts }
  if (current.outcome !== "ready" && current.outcome !== "nothing") return { outcome: "invalid", code: "INVALID", errors: current.errors }
  const wanted = current.confirm.typedName
  if (wanted !== null && typedName !== wanted)
    throw new ApiError("NOT_CONFIRMED", `type ${wanted} to confirm: nothing was done`, { path: "typedName" })
  return undefined
}

export function nothingToDo(topic: string): ChangeResult {
  return { outcome: "applied", applied: { topic, resource: null, message: "nothing had to change" } }
}
