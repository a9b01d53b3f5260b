import type { Context } from "../../context.ts"
import type { Degraded } from "../../envelope.ts"
import type { BrokerSource } from "../../sources/broker/broker-source.ts"
import { failureOf, findCluster } from "../../sources/cluster.ts"
import { firingGroups, type GroupFacts } from "./group-row.ts"

export interface GroupsFacts {
  broker: BrokerSource | undefined
  groups: ReadonlyMap<string, GroupFacts>
  /** False: the broker could not be asked. */
  isListed: boolean
  asOf: number
  degraded: Degraded[]
}

/** With the id of a group that has to be there: a snapshot that does not show it is read anew. */
export async function gatherGroups(ctx: Context, cluster: string, wanted?: string): Promise<GroupsFacts> {
  const { broker, degraded } = await findCluster(ctx.deps, cluster)
  const nowMs = ctx.deps.clock.wall()
  if (!broker) return { broker, groups: new Map(), isListed: false, asOf: nowMs, degraded }
  const isUnseen = wanted !== undefined && broker.peek().groups.value?.groups.has(wanted) !== true
  const [groups, offsets] = await Promise.all([broker.groups(isUnseen ? { maxAgeMs: 0 } : {}), broker.offsets()])
  const metrics = { book: ctx.deps.series, cluster, nowMs }
  const firing = firingGroups(ctx, cluster)
  const lags = broker.lags()
  const facts = new Map<string, GroupFacts>()
  for (const [id, snapshot] of groups.value?.groups ?? []) {
    const lag = lags.get(id) ?? { group: id, partitions: [], lagRecords: null, lagSeconds: null, hasCommits: false }
    facts.set(id, { snapshot, lag, metrics, firing: firing.get(id) ?? new Set() })
  }
  const partial = (groups.value?.failures ?? []).map(
    ({ scope, code, message }): Degraded => ({ source: "broker", scope, code, message, retryAt: null }),
  )
  return {
    broker,
    groups: facts,
    isListed: groups.value !== undefined,
    asOf: Math.min(nowMs, ...[groups.asOf, offsets.asOf].filter((at) => at > 0)),
    degraded: [...degraded, ...[groups, offsets].flatMap((read) => failureOf(read, `cluster:${cluster}`)), ...partial],
  }
}
