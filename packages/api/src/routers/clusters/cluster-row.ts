import type { Context } from "../../context.ts"
import type { Cell, Degraded } from "../../envelope.ts"
import { troubleLead } from "../../sources/broker/outage.ts"
import { cellOf, type SourceFailure } from "../../sources/broker/reading.ts"
import { failureOf } from "../../sources/cluster.ts"
import { bootstrapServersOf, type ClusterResource, viewConditions } from "../../sources/kube/objects.ts"
import type { ClusterRow } from "./schema.ts"
import { environment } from "./schema.ts"

const environmentLabel = "rivven.io/environment"

export interface ClusterView {
  row: ClusterRow
  asOf: number
  degraded: Degraded[]
}

export async function viewCluster({ deps }: Context, resource: ClusterResource): Promise<ClusterView> {
  const { name, namespace, object } = resource
  const broker = deps.brokers.get(name)
  const [metadata, groups] = broker ? await Promise.all([broker.metadata(), broker.groups()]) : [undefined, undefined]
  const reads = [metadata, groups].filter((read) => read !== undefined)
  const unread: Cell<number> = { missing: "NOT_READ" }
  const hasAlerts = deps.alerts.evaluatedAt(name) !== null
  const topics = [...(metadata?.value?.topics.values() ?? [])].filter(({ isInternal }) => !isInternal)
  const firing = deps.alerts.statuses(name).flatMap(({ instances }) => instances.filter(({ state }) => state === "firing"))
  const row: ClusterRow = {
    name,
    namespace,
    environment: environment.safeParse(object.metadata.labels?.[environmentLabel]).data ?? null,
    ...healthOf(resource, metadata?.failure),
    phase: object.status?.phase ?? "Pending",
    isExternal: object.spec.external !== undefined,
    engine: object.status?.engine ?? object.spec.engine ?? null,
    version: object.status?.currentVersion ?? null,
    brokers: metadata ? cellOf(metadata.value?.brokers.length, metadata) : unread,
    topics: metadata ? cellOf(metadata.value ? topics.length : undefined, metadata) : unread,
    groups: groups ? cellOf(groups.value?.groups.size, groups) : unread,
    alertsFiring: hasAlerts ? firing.length : unread,
  }
  const asOf = Math.min(deps.clock.wall(), deps.resources.freshness().asOf, ...reads.map((read) => read.asOf).filter((at) => at > 0))
  return { row, asOf, degraded: reads.flatMap((read) => failureOf(read, `cluster:${name}`)) }
}

/** What the broker shows now counts before what the resource said last. */
function healthOf({ object }: ClusterResource, failure: SourceFailure | undefined): Pick<ClusterRow, "status" | "reason"> {
  if (bootstrapServersOf(object).length === 0) return { status: "unknown", reason: "no address is known yet" }
  if (failure !== undefined) return { status: "bad", reason: `it ${troubleLead(failure)}${failure.message}` }
  const ready = viewConditions(object.status?.conditions).find(({ type }) => type === "Ready")
  if (ready?.status === "False") return { status: "warn", reason: `${ready.reason}: ${ready.message}` }
  return { status: "ok", reason: "" }
}
