// Plans that are written through a resource: a new one, or a change of one that exists.
import { type AnyObject, resourceTypes } from "@rivven/kube"
import { stringify } from "yaml"
import type { Context } from "../../../context.ts"
import { ApiError } from "../../../errors.ts"
import { type ClusterAccess, needBroker } from "../../../sources/cluster.ts"
import type { TopicObject } from "../../../sources/kube/objects.ts"
import { metric } from "../../../sources/metrics/names.ts"
import { newestCell, numberOf } from "../../../sources/metrics/newest.ts"
import type { FieldErrorView } from "../../../view-model.ts"
import type { Draft, TopicPlan } from "../plan-schema.ts"
import { applySet, editableLeaves } from "./apply-set.ts"
import { changeCommand, createCommand } from "./commands.ts"
import { type CodedConsequence, changeConsequences, worstFirst } from "./consequences.ts"
import { applyResource, type BrokerDryRun, checkOnBroker } from "./dry-run.ts"
import { diffFields, type Leaf, patchOf } from "./fields.ts"
import { finishPlan, type PlanFindings } from "./finish-plan.ts"
import { adoptConsequences, createConsequences, lifecycleConsequences } from "./lifecycle-consequences.ts"
import { brokerHash, cutoffsOf, type ObservedTopic, observeTopic } from "./observed.ts"
import { type GivenTopic, type ParsedDraft, parseDraft } from "./parse-draft.ts"
import { shorterRetentionMs } from "./retention-consequences.ts"
import { changedConfigs, type TopicShape, wantedShape } from "./shape.ts"

export interface PlanRequest {
  access: ClusterAccess
  topic: string
  draft: Draft
}

export interface ResourcePlan {
  plan: TopicPlan
  /** What an apply sends; null when it may not be sent. */
  body: AnyObject | null
}

export async function planResource(ctx: Context, request: PlanRequest, existing: TopicObject | undefined): Promise<ResourcePlan> {
  const { access, topic } = request
  const observed = await observe(ctx, access, topic)
  const base = baseFindings(ctx, { observed, existing })
  const parsed = parseDraft(request.draft, {
    cluster: access.resource,
    topic,
    existing,
    defaultNamespace: ctx.deps.settings.defaultNamespace,
  })
  if (!parsed.ok) return { plan: finishPlan({ ...base, errors: parsed.errors }), body: null }
  const { given } = parsed.value
  const resource = { namespace: given.metadata.namespace, name: given.metadata.name }
  const found = { ...base, resource, yaml: stringify(given), commands: { kubectl: null, cli: null } }
  const taken = existing ? [] : await takenErrors(ctx, { ...request, parsed: parsed.value, observed })
  if (taken.length > 0) return { plan: finishPlan({ ...found, errors: taken, errorOutcome: "refused" }), body: null }
  const { body, conflicts } = bodyOf(given, existing)
  const dry = await applyResource(ctx.deps.resources.kube, body, { dryRun: true })
  if (!dry.ok) {
    if (dry.failure) throw new ApiError("SOURCE_FAILED", `the resource API did not answer the dry run: ${dry.failure.message}`)
    const failed = { ...found.dryRun, resourceApi: "failed" as const }
    return { plan: finishPlan({ ...found, errors: dry.errors, conflicts: [...conflicts, ...dry.conflicts], dryRun: failed }), body: null }
  }
  const findings = await judge(ctx, { request, observed, existing, after: dry.object, given })
  const plan = finishPlan({ ...found, ...findings, conflicts, dryRun: { resourceApi: "passed", broker: findings.brokerDryRun.state } })
  return { plan, body: plan.outcome === "ready" ? body : null }
}

async function observe(ctx: Context, access: ClusterAccess, topic: string): Promise<ObservedTopic> {
  const metrics = { book: ctx.deps.series, cluster: access.name, nowMs: ctx.deps.clock.wall() }
  return observeTopic(needBroker(access), topic, numberOf(newestCell(metrics, metric.topicRecordsIn, { topic })) ?? null)
}

function baseFindings(ctx: Context, { observed, existing }: { observed: ObservedTopic; existing: TopicObject | undefined }): PlanFindings {
  return {
    action: existing ? "change" : "create",
    path: "resource",
    resource: null,
    yaml: null,
    expect: { resourceVersion: existing?.metadata.resourceVersion ?? null, brokerHash: brokerHash(observed) },
    generation: existing?.metadata.generation ?? null,
    diff: [],
    consequences: [],
    errors: [],
    conflicts: [],
    dryRun: { resourceApi: "skipped", broker: "skipped" },
    errorOutcome: "invalid",
    commands: { kubectl: null, cli: null },
    typedName: null,
    offersAdoption: false,
    nowMs: ctx.deps.clock.wall(),
  }
}

interface Creation extends PlanRequest {
  parsed: ParsedDraft
  observed: ObservedTopic
}

/** A new resource may not take a name, or a topic, that is taken. */
async function takenErrors(ctx: Context, { access, topic, parsed, observed }: Creation): Promise<FieldErrorView[]> {
  const { name, namespace } = parsed.given.metadata
  const manager = ctx.deps.resources.topic(access.name, topic)
  if (manager)
    return [
      {
        path: "spec.topicName",
        message: `${topic} is managed already by the resource ${manager.namespace}/${manager.name}`,
        accepted: "the name of another topic",
      },
    ]
  if (await ctx.deps.resources.kube.get(resourceTypes.rivvenTopics, { namespace, name }))
    return [{ path: "metadata.name", message: `a RivvenTopic ${name} exists already in ${namespace}`, accepted: "another name" }]
  if (observed.topic?.isInternal)
    return [{ path: "spec.topicName", message: `${topic} belongs to the cluster itself`, accepted: "the name of another topic" }]
  if (observed.topic && parsed.resource.spec.adoptionPolicy === "FailIfExists")
    return [{ path: "spec.adoptionPolicy", message: `the topic ${topic} exists already on the broker`, accepted: "Adopt, to take it over" }]
  return []
}

function bodyOf(
  given: GivenTopic,
  existing: TopicObject | undefined,
): { body: AnyObject; conflicts: ReturnType<typeof applySet>["conflicts"] } {
  const { apiVersion, kind, metadata } = given
  if (!existing) return { body: { ...given }, conflicts: [] }
  const { fields, conflicts } = applySet({ wanted: given, current: existing })
  const owned = (fields.metadata ?? {}) as object
  const body = { apiVersion, kind, metadata: { ...owned, name: metadata.name, namespace: metadata.namespace }, spec: fields.spec ?? {} }
  return { body, conflicts }
}

interface Judged {
  request: PlanRequest
  observed: ObservedTopic
  existing: TopicObject | undefined
  /** What the resource API would store. */
  after: TopicObject
  given: GivenTopic
}

async function judge(ctx: Context, { request, observed, existing, after, given }: Judged) {
  const broker = needBroker(request.access)
  const wanted = wantedShape(after.spec)
  const brokerDryRun = await checkOnBroker({ broker, topic: request.topic, observed, wanted })
  const [before, then] = [existing ? editableLeaves(existing) : new Map<string, Leaf>(), editableLeaves(existing ? after : given)]
  const consequences = await consequencesOf(ctx, { request, observed, existing, after, wanted })
  const commands = { kubectl: existing ? changeCommand(given, patchOf(before, then)) : createCommand(given), cli: null }
  return {
    diff: diffFields(before, then),
    consequences,
    commands,
    errors: brokerDryRun.errors,
    errorOutcome: "refused" as const,
    brokerDryRun: brokerDryRun satisfies BrokerDryRun,
  }
}

interface Weighed extends Omit<Judged, "given"> {
  wanted: TopicShape
}

async function consequencesOf(ctx: Context, { request, observed, existing, after, wanted }: Weighed): Promise<CodedConsequence[]> {
  if (!observed.topic) return createConsequences(request.topic, after.spec)
  const facts = await changeFacts(ctx, request, { observed, wanted })
  if (existing) return worstFirst([...lifecycleConsequences(existing.spec, after.spec), ...changeConsequences(facts)])
  const grows = wanted.partitions !== undefined && wanted.partitions !== observed.topic.partitions
  const adopted = adoptConsequences(changedConfigs(observed, wanted).length + (grows ? 1 : 0))
  return worstFirst([...adopted, ...changeConsequences(facts).filter(({ status }) => status === "bad" || status === "warn")])
}

export async function changeFacts(
  ctx: Context,
  { access, topic }: Pick<PlanRequest, "access" | "topic">,
  { observed, wanted }: { observed: ObservedTopic; wanted: TopicShape },
) {
  const nowMs = ctx.deps.clock.wall()
  const shorterMs = shorterRetentionMs(observed, wanted)
  const cutoffs =
    shorterMs === undefined ? [] : await cutoffsOf(needBroker(access), { topic, partitions: observed.partitions }, nowMs - shorterMs)
  return { observed, wanted, nowMs, cutoffs }
}
