import { type AnyObject, isKubeError, resourceTypes } from "@rivven/kube"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { findCluster } from "../../sources/cluster.ts"
import { epochOf } from "../../sources/kube/objects.ts"
import { isRecord } from "../../sources/kube/ownership.ts"
import type * as schema from "./schema.ts"

type EventRow = z.output<typeof schema.eventRow>

const maxEvents = 200

export async function listEvents(
  ctx: Context,
  { cluster, topic }: z.output<typeof schema.topicInput>,
): Promise<z.output<typeof schema.events>> {
  const { degraded } = await findCluster(ctx.deps, cluster)
  const resource = ctx.deps.resources.topic(cluster, topic)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).lacks(...degraded)
  if (!resource) return builder.answer([])
  const { namespace, name } = resource
  try {
    const { items } = await ctx.deps.resources.kube.listAll(resourceTypes.events, { namespace, signal: ctx.caller.signal })
    const own = items.filter(({ regarding }) => isRecord(regarding) && regarding.kind === "RivvenTopic" && regarding.name === name)
    return builder.answer(
      own
        .map(viewEvent)
        .sort((a, b) => b.at - a.at)
        .slice(0, maxEvents),
    )
  } catch (error) {
    if (!isKubeError(error)) throw error
    return builder
      .lacks({ source: "resources", scope: `resource:${namespace}/${name}`, code: error.code, message: error.message, retryAt: null })
      .answer([])
  }
}

function viewEvent(event: AnyObject): EventRow {
  const text = (name: string): string => (typeof event[name] === "string" ? event[name] : "")
  const series = isRecord(event.series) ? event.series : {}
  return {
    id: event.metadata.uid ?? event.metadata.name,
    at: epochOf(series.lastObservedTime) ?? epochOf(event.eventTime) ?? epochOf(event.metadata.creationTimestamp) ?? 0,
    isWarning: event.type === "Warning",
    reason: text("reason"),
    message: text("note"),
    reporter: text("reportingController"),
    count: typeof series.count === "number" ? series.count : 1,
  }
}
