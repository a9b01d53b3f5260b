// Plan and apply: what is asked for, what would happen, what happened. A plan has no effect. An apply plans again; if the answer differs,
// nothing is done and both plans come back.
import { z } from "zod"
import { epochMs } from "../../envelope.ts"
import { clusterName, fieldError, topicName } from "../../view-model.ts"

/** The wanted RivvenTopic: as YAML text, or as the value that the form holds. Both are checked in the same way. */
export const draft = z.union([z.object({ yaml: z.string().max(262_144) }), z.object({ resource: z.record(z.string(), z.unknown()) })])
export type Draft = z.output<typeof draft>

export const consequence = z.object({
  status: z.enum(["bad", "warn", "info", "ok"]),
  /** The claim in a few words, bold. */
  claim: z.string(),
  /** One line that explains it. */
  detail: z.string(),
})
export type Consequence = z.output<typeof consequence>

export const fieldChange = z.object({
  /** `spec.config.retentionMs` */
  field: z.string(),
  /** Human name of the field: "Retention". */
  label: z.string(),
  /** In words with units: "7 d"; null when it is not set. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** The exact values, as text. */
  fromExact: z.string().nullable(),
  toExact: z.string().nullable(),
})
export type FieldChange = z.output<typeof fieldChange>

export const conflict = z.object({
  field: z.string(),
  /** Field manager: `kubectl-client-side-apply`, `argocd-controller`. */
  manager: z.string(),
  /** In words: "kubectl", "Argo CD". */
  owner: z.string(),
  message: z.string(),
})
export type Conflict = z.output<typeof conflict>

/** What the plan was computed from. */
export const expectation = z.object({
  /** Of the resource; null when there is none. */
  resourceVersion: z.string().nullable(),
  /** Hash of what the plan read from the broker: shape and configs of the topic, not its traffic. */
  brokerHash: z.string(),
})
export type Expectation = z.output<typeof expectation>

export const topicPlan = z.object({
  action: z.enum(["create", "change", "delete", "adopt"]),
  /**
   * - `ready`: it can be applied
   * - `nothing`: nothing would change
   * - `invalid`: see `errors`
   * - `conflict`: somebody else owns a changed field; see `conflicts`
   * - `refused`: the state of the cluster does not allow it; see `errors`
   */
  outcome: z.enum(["ready", "nothing", "invalid", "conflict", "refused"]),
  /** Through which way it is written: the resource (server-side apply), or the broker directly for an unmanaged topic. */
  path: z.enum(["resource", "broker"]),
  /** Send it back to apply. Equal plans have equal hashes. */
  hash: z.string(),
  expect: expectation,
  resource: z.object({ namespace: z.string(), name: z.string() }).nullable(),
  /** The wanted resource, normalised; null where there is none to write. */
  yaml: z.string().nullable(),
  diff: z.array(fieldChange),
  /** Worst first; never empty for a ready plan. */
  consequences: z.array(consequence),
  errors: z.array(fieldError),
  conflicts: z.array(conflict),
  dryRun: z.object({
    /** `skipped`: not on this path, or an earlier check failed. */
    resourceApi: z.enum(["passed", "failed", "skipped"]),
    broker: z.enum(["passed", "failed", "skipped"]),
  }),
  confirm: z.object({
    /** Words of the button; they name verb and loss: "Apply and allow deletion". */
    button: z.string(),
    isDestructive: z.boolean(),
    /** A sentence to tick; null when nothing is lost. */
    acceptance: z.string().nullable(),
    /** The name to be typed; null when typing is not needed. */
    typedName: z.string().nullable(),
  }),
  /** The same change by hand. */
  commands: z.object({ kubectl: z.string().nullable(), cli: z.string().nullable() }),
  /** An unmanaged topic can be adopted into a resource instead. */
  offersAdoption: z.boolean(),
  plannedAt: epochMs,
})
export type TopicPlan = z.output<typeof topicPlan>

/** What is written where. `namespace` defaults to that of the existing resource, else the console's default. */
export const planInput = z.object({ cluster: clusterName, topic: topicName, draft })
export const planCreateInput = planInput
const consent = {
  /** `hash` of the plan that was confirmed. */
  hash: z.string().min(1).max(100),
  expect: expectation,
  /** Why, for the events of the resource. */
  reason: z.string().max(500).default(""),
}
export const createInput = planInput.extend(consent)
export const updateInput = planInput.extend(consent)

/** `topic` deletes the topic with its records; `resource` only lets go of it: the topic stays, unmanaged. */
export const planDeleteInput = z.object({ cluster: clusterName, topic: topicName, what: z.enum(["topic", "resource"]).default("topic") })
export const deleteInput = planDeleteInput.extend({
  ...consent,
  /** The topic's name as the person typed it. */
  typedName: z.string().max(249),
})

/** Makes a RivvenTopic that says what the topic is now: nothing on the broker changes. */
export const adoptInput = z.object({
  cluster: clusterName,
  topic: topicName,
  /** Name of the resource; derived from the topic's when absent. */
  resourceName: z.string().min(1).max(253).optional(),
  namespace: z.string().min(1).max(63).optional(),
})

/** The state read back after a change; its progress is in `topics.get`. */
export const appliedTopic = z.object({
  topic: z.string(),
  resource: z.object({ namespace: z.string(), name: z.string(), resourceVersion: z.string(), generation: z.int() }).nullable(),
  /** What was read back, in words: "accepted as generation 3; the operator follows". */
  message: z.string(),
})

export const changeResult = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("applied"), applied: appliedTopic }),
  /** Code `PLAN_STALE`: the world changed between plan and apply. `planned` is null when the server no longer has it. */
  z.object({ outcome: z.literal("stale"), code: z.literal("PLAN_STALE"), planned: topicPlan.nullable(), current: topicPlan }),
  /** Somebody else owns a field; never forced. */
  z.object({ outcome: z.literal("conflict"), code: z.literal("FIELD_CONFLICT"), conflicts: z.array(conflict) }),
  z.object({ outcome: z.literal("invalid"), code: z.literal("INVALID"), errors: z.array(fieldError) }),
])
export type ChangeResult = z.output<typeof changeResult>
