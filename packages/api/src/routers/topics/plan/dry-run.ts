// Both dry runs of a plan: the resource API merges, defaults and validates the apply; the broker checks what the operator would ask of it.
import { type AnyObject, attempt, type KubeClient, type KubeError } from "@rivven/kube"
import type { BrokerSource } from "../../../sources/broker/broker-source.ts"
import type { TopicObject } from "../../../sources/kube/objects.ts"
import { consoleManager, managerWords } from "../../../sources/kube/ownership.ts"
import type { FieldErrorView } from "../../../view-model.ts"
import type { Conflict } from "../plan-schema.ts"
import type { ObservedTopic } from "./observed.ts"
import { type ConfigEdit, changedConfigs, type TopicShape } from "./shape.ts"

export type ApplyOutcome =
  | { ok: true; object: TopicObject }
  | {
      ok: false
      conflicts: Conflict[]
      errors: FieldErrorView[] /** It failed for another reason than the resource itself. */
      failure: KubeError | undefined
    }

export async function applyResource(kube: KubeClient, body: AnyObject, options: { dryRun: boolean }): Promise<ApplyOutcome> {
  const applied = await attempt(() => kube.apply(body, { manager: consoleManager, dryRun: options.dryRun }))
  if (applied.ok) return { ok: true, object: applied.value.object as unknown as TopicObject }
  return { ok: false, ...explain(applied.error) }
}

function explain(error: KubeError): { conflicts: Conflict[]; errors: FieldErrorView[]; failure: KubeError | undefined } {
  const conflicts = error.fieldConflicts.map(({ field, manager }) => {
    const owner = managerWords(manager)
    return { field: field.replace(/^\./, ""), manager, owner, message: `${owner} owns this field: change it there` }
  })
  if (conflicts.length > 0) return { conflicts, errors: [], failure: undefined }
  if (error.code === "Invalid" || error.code === "BadRequest") return { conflicts: [], errors: fieldErrors(error), failure: undefined }
  return { conflicts: [], errors: [], failure: error }
}

function fieldErrors(error: KubeError): FieldErrorView[] {
  if (error.causes.length === 0) return [{ path: "", message: error.message, accepted: "" }]
  return error.causes.map(({ field = "", message = "" }) => ({ path: field.replace(/^\./, ""), message, accepted: "" }))
}

export interface BrokerDryRun {
  state: "passed" | "failed" | "skipped"
  errors: FieldErrorView[]
}

export interface BrokerCheck {
  broker: BrokerSource
  topic: string
  observed: ObservedTopic
  wanted: TopicShape
}

export async function checkOnBroker(check: BrokerCheck): Promise<BrokerDryRun> {
  const errors = check.observed.topic ? await checkChange(check) : await checkCreation(check)
  if (errors === undefined) return { state: "skipped", errors: [] }
  return { state: errors.length === 0 ? "passed" : "failed", errors }
}

const asked = { validateOnly: true, timeoutMs: 5_000 }

async function checkCreation({ broker, topic, wanted }: BrokerCheck): Promise<FieldErrorView[]> {
  const { partitions, replicationFactor, configs } = wanted
  const results = await broker.budget.run("user", 1, () =>
    broker.client.admin.topics.create([{ name: topic, partitions, replicationFactor, configs: Object.fromEntries(configs) }], asked),
  )
  const result = results.get(topic)
  return result?.ok ? [] : [refused(pathOfCode(result?.error.code), result?.error.message ?? "no answer")]
}

/** Undefined: there is nothing to ask of the broker. */
async function checkChange({ broker, topic, observed, wanted }: BrokerCheck): Promise<FieldErrorView[] | undefined> {
  const { partitions } = wanted
  const before = observed.topic?.partitions ?? 0
  if (partitions !== undefined && partitions < before)
    return [
      {
        path: "spec.partitions",
        message: `the topic has ${before} partitions; their number can only grow`,
        accepted: `at least ${before}`,
      },
    ]
  const edits = changedConfigs(observed, wanted)
  const grows = partitions !== undefined && partitions > before
  if (!grows && edits.length === 0) return undefined
  const [growth, alteration] = await Promise.all([
    grows
      ? broker.budget.run("user", 1, () => broker.client.admin.topics.createPartitions([{ name: topic, count: partitions }], asked))
      : undefined,
    edits.length > 0
      ? broker.budget.run("user", 1, () => broker.client.admin.configs.incrementalAlter([alterationOf(topic, edits)], asked))
      : undefined,
  ])
  const [grown, altered] = [growth?.get(topic), alteration?.[0]]
  return [
    ...(grown && !grown.ok ? [refused("spec.partitions", grown.error.message)] : []),
    ...(altered && !altered.ok ? [refused("spec.config", altered.error.message)] : []),
  ]
}

export function alterationOf(topic: string, edits: readonly ConfigEdit[], removed: readonly string[] = []) {
  return {
    type: "topic" as const,
    name: topic,
    operations: [
      ...edits.map(({ name, to }) => ({ name, op: "set" as const, value: to })),
      ...removed.map((name) => ({ name, op: "delete" as const })),
    ],
  }
}

function refused(path: string, message: string): FieldErrorView {
  return { path, message: `the broker refuses it: ${message}`, accepted: "" }
}

function pathOfCode(code: string | undefined): string {
  switch (code) {
    case "INVALID_PARTITIONS":
      return "spec.partitions"
    case "INVALID_REPLICATION_FACTOR":
      return "spec.replicationFactor"
    case "INVALID_CONFIG":
      return "spec.config"
    case "INVALID_TOPIC_EXCEPTION":
      return "spec.topicName"
    default:
      return ""
  }
}
