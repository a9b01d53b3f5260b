import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { findCluster } from "../../sources/cluster.ts"
import { bootstrapServersOf, epochOf, viewConditions } from "../../sources/kube/objects.ts"
import { viewCluster } from "./cluster-row.ts"
import type * as schema from "./schema.ts"
import { snippets } from "./snippets.ts"

type Input = z.output<typeof schema.clusterInput>

export async function listClusters(ctx: Context): Promise<z.output<typeof schema.list>> {
  const { resources, clock } = ctx.deps
  await resources.settled()
  const views = await Promise.all(resources.clusters().map((resource) => viewCluster(ctx, resource)))
  const builder = new EnvelopeBuilder(clock.wall()).used(resources.freshness().asOf).lacks(...resources.freshness().degraded)
  for (const { asOf, degraded } of views) builder.used(asOf).lacks(...degraded)
  return builder.answer(views.map(({ row }) => row))
}

export async function describeCluster(ctx: Context, { cluster }: Input): Promise<z.output<typeof schema.get>> {
  const { resource, broker, degraded } = await findCluster(ctx.deps, cluster)
  const view = await viewCluster(ctx, resource)
  const metadata = broker?.peek().metadata.value
  return new EnvelopeBuilder(ctx.deps.clock.wall())
    .used(view.asOf)
    .lacks(...degraded, ...view.degraded)
    .answer({
      ...view.row,
      clusterId: metadata?.clusterId ?? { missing: "NOT_READ" },
      brokerList: (metadata?.brokers ?? []).map(({ id, host, port, rack }) => ({
        id,
        host,
        port,
        rack,
        isController: id === metadata?.controllerId,
      })),
      conditions: viewConditions(resource.object.status?.conditions),
      bootstrapServers: [...bootstrapServersOf(resource.object)],
      createdAt: epochOf(resource.object.metadata.creationTimestamp),
    })
}

export async function describeConnection(ctx: Context, { cluster }: Input): Promise<z.output<typeof schema.connection>> {
  const { resource, broker, degraded } = await findCluster(ctx.deps, cluster)
  const { external } = resource.object.spec
  const bootstrapServers = [...bootstrapServersOf(resource.object)]
  const security = { tls: external?.tls?.enabled ?? false, saslMechanism: external?.sasl?.mechanism ?? null }
  return new EnvelopeBuilder(ctx.deps.clock.wall())
    .used(ctx.deps.resources.freshness().asOf)
    .lacks(...degraded)
    .answer({
      bootstrapServers,
      ...security,
      clusterId: broker?.peek().metadata.value?.clusterId ?? { missing: "NOT_READ" },
      snippets: snippets(bootstrapServers.join(","), security),
    })
}
