// How far the operator has followed the resource: the steps of a change, from its conditions.
import { type TopicObject, viewConditions } from "../../sources/kube/objects.ts"
import type { ConditionView } from "../../view-model.ts"
import type { Rollout } from "./schema.ts"

export function conditionOf(object: TopicObject, type: string): ConditionView | undefined {
  return viewConditions(object.status?.conditions).find((condition) => condition.type === type)
}

/** The operator has not seen the newest generation, or says that it is at work. */
export function isSettling(object: TopicObject): boolean {
  const phase = object.status?.phase
  return !isObserved(object) || phase === undefined || phase === "Pending" || phase === "Creating" || phase === "Updating"
}

function isObserved({ metadata, status }: TopicObject): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}

type Step = Rollout["steps"][number]

export function rolloutOf(object: TopicObject): Rollout {
  const generation = object.metadata.generation ?? 0
  const observed = isObserved(object)
  const ready = observed ? conditionOf(object, "Ready") : undefined
  const hasFailed = ready?.status === "False" && !isSettling(object)
  const steps: Step[] = [
    { id: "accepted", label: "Accepted by the resource API", state: "done", detail: `generation ${generation}` },
    { id: "observed", label: "Seen by the operator", state: observed ? "done" : "active", detail: "" },
    ...(["Synced", "ConfigApplied", "Ready"] as const).map((type) => conditionStep(object, { type, observed })),
  ]
  const open = steps.find(({ state }) => state === "waiting")
  // The first step that is not done is the one at work.
  if (open && observed && !hasFailed) open.state = "active"
  const isDone = steps.every(({ state }) => state === "done")
  return { state: hasFailed || steps.some(({ state }) => state === "failed") ? "failed" : isDone ? "settled" : "applying", steps }
}

const stepOf = {
  Synced: { id: "synced", label: "Topic on the broker" },
  ConfigApplied: { id: "config", label: "Configs read back" },
  Ready: { id: "ready", label: "Ready" },
} as const

function conditionStep(object: TopicObject, { type, observed }: { type: keyof typeof stepOf; observed: boolean }): Step {
  const condition = observed ? conditionOf(object, type) : undefined
  const { id, label } = stepOf[type]
  if (condition?.status === "True") return { id, label, state: "done", detail: "" }
  const hasFailed = condition?.status === "False" && !isSettling(object)
  return { id, label, state: hasFailed ? "failed" : "waiting", detail: hasFailed ? condition.message : "" }
}
