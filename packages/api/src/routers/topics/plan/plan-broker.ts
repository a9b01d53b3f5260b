// A change of an unmanaged topic: written to the broker directly. Only what a broker knows can be changed this way; the plan offers adoption.
import type { Context } from "../../../context.ts"
import { needBroker } from "../../../sources/cluster.ts"
import { isRecord } from "../../../sources/kube/ownership.ts"
import { metric } from "../../../sources/metrics/names.ts"
import { newestCell, numberOf } from "../../../sources/metrics/newest.ts"
import type { FieldErrorView } from "../../../view-model.ts"
import type { TopicPlan } from "../plan-schema.ts"
import { changeConsequences } from "./consequences.ts"
import { checkOnBroker } from "./dry-run.ts"
import { diffFields, type Leaf, leavesOf } from "./fields.ts"
import { finishPlan, type PlanFindings } from "./finish-plan.ts"
import { brokerHash, type ObservedTopic, observeTopic } from "./observed.ts"
import { type GivenTopic, parseDraft } from "./parse-draft.ts"
import { changeFacts, type PlanRequest } from "./plan-resource.ts"
import { customOf, previewResource } from "./preview.ts"
import { type ConfigEdit, changedConfigs, type TopicShape, wantedShape } from "./shape.ts"

export interface BrokerWrite {
  /** The new total; undefined when it stays. */
  partitions: number | undefined
  edits: ConfigEdit[]
  /** Configs that go back to the cluster's default. */
  removed: string[]
}

export interface BrokerPlan {
  plan: TopicPlan
  write: BrokerWrite | null
}

export async function planBroker(ctx: Context, request: PlanRequest): Promise<BrokerPlan> {
  const { access, topic } = request
  const broker = needBroker(access)
  const nowMs = ctx.deps.clock.wall()
  const rate = numberOf(newestCell({ book: ctx.deps.series, cluster: access.name, nowMs }, metric.topicRecordsIn, { topic })) ?? null
  const observed = await observeTopic(broker, topic, rate)
  const base = baseFindings(observed, nowMs)
  const refusal = refusalOf(observed, topic)
  if (refusal) return { plan: finishPlan({ ...base, errors: [refusal], errorOutcome: "refused" }), write: null }
  const parsed = parseDraft(request.draft, {
    cluster: access.resource,
    topic,
    existing: undefined,
    defaultNamespace: ctx.deps.settings.defaultNamespace,
  })
  if (!parsed.ok) return { plan: finishPlan({ ...base, errors: parsed.errors }), write: null }
  const wanted = givenShape(parsed.value.given)
  const edits = changedConfigs(observed, wanted)
  const removed = Object.keys(customOf(observed.configs)).filter((name) => !wanted.configs.has(name))
  const grown = wanted.partitions !== undefined && wanted.partitions > (observed.topic?.partitions ?? 0) ? wanted.partitions : undefined
  const dry = await checkOnBroker({ broker, topic, observed, wanted })
  const consequences = changeConsequences(await changeFacts(ctx, request, { observed, wanted }))
  const before = brokerLeaves(previewResource(observed, { cluster: access.resource, topic }).spec)
  const plan = finishPlan({
    ...base,
    diff: diffFields(before, brokerLeaves({ ...parsed.value.given.spec, partitions: wanted.partitions ?? observed.topic?.partitions })),
    consequences,
    errors: dry.errors,
    errorOutcome: "refused",
    dryRun: { resourceApi: "skipped", broker: dry.state },
  })
  return { plan, write: plan.outcome === "ready" ? { partitions: grown, edits, removed } : null }
}

function baseFindings(observed: ObservedTopic, nowMs: number): PlanFindings {
  return {
    action: "change",
    path: "broker",
    resource: null,
    yaml: null,
    expect: { resourceVersion: null, brokerHash: brokerHash(observed) },
    generation: null,
    diff: [],
    consequences: [],
    errors: [],
    conflicts: [],
    dryRun: { resourceApi: "skipped", broker: "skipped" },
    errorOutcome: "invalid",
    commands: { kubectl: null, cli: null },
    typedName: null,
    offersAdoption: true,
    nowMs,
  }
}

function refusalOf({ topic }: ObservedTopic, name: string): FieldErrorView | undefined {
  if (!topic) return { path: "", message: `there is no topic ${name} on the broker any more`, accepted: "" }
  if (topic.isInternal) return { path: "", message: `${name} belongs to the cluster itself and is not changed here`, accepted: "" }
  return undefined
}

/** Only what the draft says: the kind's defaults are none of an unmanaged topic's business. */
function givenShape({ spec }: GivenTopic): TopicShape {
  const { partitions, replicationFactor } = spec
  const config = isRecord(spec.config) ? spec.config : {}
  return {
    ...wantedShape({ config } as unknown as Parameters<typeof wantedShape>[0]),
    partitions: typeof partitions === "number" ? partitions : undefined,
    replicationFactor: typeof replicationFactor === "number" ? replicationFactor : undefined,
  }
}

/** Fields that the broker has. */
function brokerLeaves(spec: Record<string, unknown>): Map<string, Leaf> {
  const { partitions, replicationFactor, config } = spec
  const leaves = leavesOf({ partitions, replicationFactor, config: isRecord(config) ? config : {} }, ["spec"])
  return new Map([...leaves].filter(([, { value }]) => value !== undefined))
}
