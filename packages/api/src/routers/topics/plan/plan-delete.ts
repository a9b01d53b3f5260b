// Deleting a topic with its records, or only the resource that manages it.
import type { Context } from "../../../context.ts"
import { ApiError } from "../../../errors.ts"
import { type ClusterAccess, needBroker } from "../../../sources/cluster.ts"
import type { TopicResource } from "../../../sources/kube/objects.ts"
import { metric } from "../../../sources/metrics/names.ts"
import { newestCell, numberOf } from "../../../sources/metrics/newest.ts"
import type { FieldErrorView } from "../../../view-model.ts"
import type { Conflict, TopicPlan } from "../plan-schema.ts"
import { applySet } from "./apply-set.ts"
import { deleteCommand } from "./commands.ts"
import { type ApplyOutcome, applyResource } from "./dry-run.ts"
import { finishPlan, type PlanFindings } from "./finish-plan.ts"
import { deleteConsequences, releaseConsequences } from "./lifecycle-consequences.ts"
import { brokerHash, type ObservedTopic, observeTopic } from "./observed.ts"
import type { GivenTopic } from "./parse-draft.ts"

export interface DeleteRequest {
  access: ClusterAccess
  topic: string
  what: "topic" | "resource"
}

export type DeleteWrite =
  | { through: "broker"; topicId: string }
  /** `body` first sets deleteOnRemove to what was asked for; null when it is that already. */
  | { through: "resource"; resource: TopicResource; body: GivenTopicBody | null }

type GivenTopicBody = Omit<GivenTopic, "metadata"> & { metadata: { name: string; namespace: string } }

export interface DeletePlan {
  plan: TopicPlan
  write: DeleteWrite | null
}

export async function planDeletion(ctx: Context, request: DeleteRequest): Promise<DeletePlan> {
  const { access, topic, what } = request
  const nowMs = ctx.deps.clock.wall()
  const rate = numberOf(newestCell({ book: ctx.deps.series, cluster: access.name, nowMs }, metric.topicRecordsIn, { topic })) ?? null
  const observed = await observeTopic(needBroker(access), topic, rate)
  const resource = ctx.deps.resources.topic(access.name, topic)
  const refusal = refusalOf({ observed, resource, request })
  const body = resource && !refusal ? flagBody(resource, what === "topic") : null
  const dry = body ? explain(await applyResource(ctx.deps.resources.kube, body, { dryRun: true })) : undry
  const plan = finishPlan({
    action: "delete",
    ...resourceFindings(resource),
    yaml: null,
    expect: { resourceVersion: resource?.object.metadata.resourceVersion ?? null, brokerHash: brokerHash(observed) },
    diff: [],
    consequences: refusal ? [] : what === "topic" ? deleteConsequences(observed, nowMs) : releaseConsequences(),
    errors: [...(refusal ? [refusal] : []), ...dry.errors],
    conflicts: dry.conflicts,
    dryRun: { resourceApi: dry.state, broker: "skipped" },
    errorOutcome: "refused",
    typedName: what === "topic" ? topic : null,
    offersAdoption: false,
    nowMs,
  })
  return { plan, write: plan.outcome === "ready" ? writeOf(observed, resource, body) : null }
}

interface Dry {
  state: TopicPlan["dryRun"]["resourceApi"]
  errors: FieldErrorView[]
  conflicts: Conflict[]
}

const undry: Dry = { state: "skipped", errors: [], conflicts: [] }

function explain(outcome: ApplyOutcome): Dry {
  if (outcome.ok) return { state: "passed", errors: [], conflicts: [] }
  const { failure, errors, conflicts } = outcome
  if (failure) throw new ApiError("SOURCE_FAILED", `the resource API did not answer the dry run: ${failure.message}`)
  return { state: "failed", errors, conflicts }
}

function resourceFindings(resource: TopicResource | undefined): Pick<PlanFindings, "path" | "resource" | "generation" | "commands"> {
  if (!resource) return { path: "broker", resource: null, generation: null, commands: { kubectl: null, cli: null } }
  const { namespace, name, object } = resource
  return {
    path: "resource",
    resource: { namespace, name },
    generation: object.metadata.generation ?? null,
    commands: { kubectl: deleteCommand(resource), cli: null },
  }
}

function writeOf(observed: ObservedTopic, resource: TopicResource | undefined, body: GivenTopicBody | null): DeleteWrite | null {
  if (resource) return { through: "resource", resource, body }
  return observed.topic ? { through: "broker", topicId: observed.topic.id } : null
}

interface Refusable {
  observed: ObservedTopic
  resource: TopicResource | undefined
  request: DeleteRequest
}

function refusalOf({ observed, resource, request: { topic, what } }: Refusable): FieldErrorView | undefined {
  const refused = (message: string): FieldErrorView => ({ path: "", message, accepted: "" })
  if (observed.topic?.isInternal) return refused(`${topic} belongs to the cluster itself and is not deleted here`)
  if (!resource && what === "resource") return refused(`no resource manages ${topic}`)
  if (!resource && !observed.topic) return refused(`there is no topic ${topic} any more`)
  if (resource?.object.metadata.deletionTimestamp !== undefined) return refused(`${topic} is being deleted already`)
  return undefined
}

/** Sets `deleteOnRemove`, and keeps what this manager owns beside it. Null when it is set like that. */
function flagBody({ namespace, name, object }: TopicResource, deleteOnRemove: boolean): GivenTopicBody | null {
  if (object.spec.deleteOnRemove === deleteOnRemove) return null
  const { metadata, spec, apiVersion } = object
  const wanted = { metadata: { labels: metadata.labels, annotations: metadata.annotations }, spec: { ...spec, deleteOnRemove } }
  const { fields } = applySet({ wanted, current: object })
  const owned = (fields.metadata ?? {}) as object
  return { apiVersion, kind: "RivvenTopic", metadata: { ...owned, name, namespace }, spec: (fields.spec ?? {}) as Record<string, unknown> }
}
