import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { failureOf, findCluster } from "../../sources/cluster.ts"
import { groupStatus } from "../groups/group-row.ts"
import type * as schema from "./schema.ts"
import type { ConsumerRow } from "./schema.ts"

export async function listConsumers(
  ctx: Context,
  { cluster, topic }: z.output<typeof schema.topicInput>,
): Promise<z.output<typeof schema.consumers>> {
  const access = await findCluster(ctx.deps, cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).lacks(...access.degraded)
  if (!access.broker) return builder.answer([])
  const [groups, offsets] = await Promise.all([access.broker.groups(), access.broker.offsets()])
  for (const read of [groups, offsets]) builder.used(read.asOf || ctx.deps.clock.wall()).lacks(...failureOf(read, `cluster:${cluster}`))
  const rows = [...access.broker.lags().values()].flatMap(({ group, partitions }): ConsumerRow[] => {
    const own = partitions.filter((partition) => partition.topic === topic)
    const snapshot = groups.value?.groups.get(group)
    if (own.length === 0 || !snapshot) return []
    const committed = own.filter((partition) => partition.committed !== null)
    const known = committed.flatMap(({ lagRecords }) => (lagRecords === null ? [] : [lagRecords]))
    const seconds = committed.flatMap(({ lagSeconds }) => (lagSeconds === null ? [] : [lagSeconds]))
    const none = { missing: committed.length === 0 ? ("NEVER" as const) : ("NOT_READ" as const) }
    return [
      {
        group,
        state: snapshot.state,
        status: groupStatus({ snapshot, isStalled: false }),
        members: snapshot.members?.length ?? { missing: "NOT_READ" },
        lagRecords: known.length === 0 ? none : known.reduce((sum, value) => sum + value, 0),
        lagSeconds: seconds.length === 0 ? none : Math.max(...seconds),
        partitionsCommitted: committed.length,
        partitionsAssigned: own.filter(({ memberId }) => memberId !== null).length,
      },
    ]
  })
  const lag = ({ lagRecords }: ConsumerRow): number => (typeof lagRecords === "number" ? lagRecords : -1)
  return builder.answer(rows.sort((a, b) => lag(b) - lag(a) || (a.group < b.group ? -1 : 1)))
}
