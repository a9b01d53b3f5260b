// What follows a confirmed plan: the write, and the state read back after it.
import { type AnyObject, EventRecorder, isKubeError, type KubeObject, resourceTypes } from "@rivven/kube"
import type { Context } from "../../../context.ts"
import { ApiError } from "../../../errors.ts"
import { isOutage } from "../../../sources/broker/outage.ts"
import { type ClusterAccess, needBroker } from "../../../sources/cluster.ts"
import type { ChangeResult } from "../plan-schema.ts"
import { alterationOf, applyResource } from "./dry-run.ts"
import type { BrokerWrite } from "./plan-broker.ts"
import type { DeleteWrite } from "./plan-delete.ts"

export interface Execution {
  access: ClusterAccess
  topic: string
  /** Why, in the person's words; may be empty. */
  reason: string
}

export async function writeResource(ctx: Context, execution: Execution, body: AnyObject): Promise<ChangeResult> {
  const { kube } = ctx.deps.resources
  const applied = await applyResource(kube, body, { dryRun: false })
  if (!applied.ok) {
    if (applied.conflicts.length > 0) return { outcome: "conflict", code: "FIELD_CONFLICT", conflicts: applied.conflicts }
    if (applied.failure) throw writeFailed(applied.failure)
    return { outcome: "invalid", code: "INVALID", errors: applied.errors }
  }
  recordEvent(ctx, applied.object, { reason: "AppliedInConsole", execution })
  return readBack(ctx, execution, { namespace: body.metadata.namespace ?? "", name: body.metadata.name })
}

async function readBack(ctx: Context, { topic, access }: Execution, key: { namespace: string; name: string }): Promise<ChangeResult> {
  ctx.deps.live.publish("topics", access.name, [topic])
  const object = await ctx.deps.resources.kube.get(resourceTypes.rivvenTopics, key)
  if (!object) throw new ApiError("OUTCOME_UNKNOWN", `${key.namespace}/${key.name} was written and is gone again`)
  const { resourceVersion = "", generation = 0 } = object.metadata
  await ctx.deps.resources.shows(key, generation)
  const message = `accepted as generation ${generation}; the operator follows`
  return { outcome: "applied", applied: { topic, resource: { ...key, resourceVersion, generation }, message } }
}

/** The topic's own writes of an unmanaged topic, then what the broker says now. */
export async function writeBroker(
  ctx: Context,
  { access, topic }: Execution,
  { partitions, edits, removed }: BrokerWrite,
): Promise<ChangeResult> {
  const broker = needBroker(access)
  const { admin } = broker.client
  const timeoutMs = 10_000
  if (edits.length + removed.length > 0) {
    const [altered] = await broker.budget.run("user", 1, () =>
      admin.configs.incrementalAlter([alterationOf(topic, edits, removed)], { timeoutMs }),
    )
    if (!altered?.ok) throw brokerFailed(altered?.error)
  }
  if (partitions !== undefined) {
    const grown = (
      await broker.budget.run("user", 1, () => admin.topics.createPartitions([{ name: topic, count: partitions }], { timeoutMs }))
    ).get(topic)
    if (!grown?.ok) throw brokerFailed(grown?.error)
  }
  broker.invalidate(topic)
  ctx.deps.live.publish("topics", access.name, [topic])
  const metadata = await broker.metadata({ maxAgeMs: 0, priority: "user" })
  const count = metadata.value?.topics.get(topic)?.partitionCount
  return {
    outcome: "applied",
    applied: {
      topic,
      resource: null,
      message: `the broker has it: ${count ?? "?"} partitions, ${edits.length + removed.length} configs changed`,
    },
  }
}

export async function writeDeletion(ctx: Context, execution: Execution, write: DeleteWrite): Promise<ChangeResult> {
  const { access, topic } = execution
  if (write.through === "broker") {
    const broker = needBroker(access)
    const deleted = (
      await broker.budget.run("user", 1, () => broker.client.admin.topics.delete([{ id: write.topicId }], { timeoutMs: 10_000 }))
    ).get(write.topicId)
    if (!deleted?.ok) throw brokerFailed(deleted?.error)
    broker.invalidate(topic)
    ctx.deps.live.publish("topics", access.name, [topic])
    return { outcome: "applied", applied: { topic, resource: null, message: "deleted on the broker" } }
  }
  const { namespace, name, object } = write.resource
  if (write.body) {
    const flagged = await applyResource(ctx.deps.resources.kube, write.body as unknown as AnyObject, { dryRun: false })
    if (!flagged.ok) {
      if (flagged.failure) throw writeFailed(flagged.failure)
      if (flagged.conflicts.length > 0) return { outcome: "conflict", code: "FIELD_CONFLICT", conflicts: flagged.conflicts }
      return { outcome: "invalid", code: "INVALID", errors: flagged.errors }
    }
  }
  recordEvent(ctx, object, { reason: "DeletedInConsole", execution })
  const outcome = await removeResource(ctx, { namespace, name }, object.metadata.uid)
  ctx.deps.live.publish("topics", access.name, [topic])
  return {
    outcome: "applied",
    applied: { topic, resource: null, message: outcome === "deleting" ? "being deleted; the operator finishes it" : "deleted" },
  }
}

/** The removal carries the resourceVersion of a live read: a status that was written in between is read again, not fought. */
async function removeResource(
  ctx: Context,
  key: { namespace: string; name: string },
  uid: string | undefined,
): Promise<"deleted" | "deleting" | "absent"> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ctx.deps.resources.kube.remove(resourceTypes.rivvenTopics, key, { uid })
    } catch (error) {
      if (!isKubeError(error)) throw error
      if (error.code !== "Conflict" || attempt >= 4) throw writeFailed(error)
    }
  }
}

function writeFailed(error: { code: string; message: string }): ApiError {
  const isUnknown = error.code === "Timeout" || error.code === "ServerTimeout" || error.code === "Unreachable"
  const message = isUnknown
    ? `nobody knows whether it was written: ${error.message}. Look at the topic before trying again.`
    : `it was not written: ${error.message}`
  return new ApiError(isUnknown ? "OUTCOME_UNKNOWN" : "SOURCE_FAILED", message, { cause: error })
}

function brokerFailed(error: { code: string; message: string } | undefined): ApiError {
  const isUnknown =
    error === undefined || error.code === "TIMEOUT" || error.code === "CONNECTION_LOST" || error.code === "REQUEST_TIMED_OUT"
  const code = isUnknown ? "OUTCOME_UNKNOWN" : isOutage(error.code) ? "SOURCE_FAILED" : "BROKER_FAILED"
  return new ApiError(code, `the broker did not do it: ${error?.message ?? "no answer"}`)
}

/** In the background: an event that is lost is no reason to fail the change. */
function recordEvent(ctx: Context, object: KubeObject, { reason, execution }: { reason: string; execution: Execution }): void {
  const { subject } = ctx.caller
  const who = subject.kind === "user" ? subject.name : "somebody"
  const why = execution.reason === "" ? "" : `: ${execution.reason}`
  const recorder = new EventRecorder({ client: ctx.deps.resources.kube, controller: "rivven-console", instance: "rivven-console" })
  recorder.record(object, {
    type: "Normal",
    reason,
    action: reason === "DeletedInConsole" ? "Delete" : "Apply",
    note: `by ${who} in the console${why}`,
  })
}
