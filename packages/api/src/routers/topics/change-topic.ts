import { resourceTypes } from "@rivven/kube"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { type ClusterAccess, findCluster } from "../../sources/cluster.ts"
import type { TopicObject } from "../../sources/kube/objects.ts"
import { nothingToDo, refusalOf } from "./confirm.ts"
import { writeBroker, writeResource } from "./plan/execute.ts"
import { planBroker } from "./plan/plan-broker.ts"
import { type PlanRequest, planResource } from "./plan/plan-resource.ts"
import type * as schema from "./schema.ts"
import type { ChangeResult, TopicPlan } from "./schema.ts"

type PlanInput = z.output<typeof schema.planInput>

export async function planTopic(ctx: Context, input: PlanInput): Promise<TopicPlan> {
  const { request, existing } = await target(ctx, input)
  const planned = existing ? await planResource(ctx, request, existing) : await planBroker(ctx, request)
  return ctx.deps.plans.keep(planned.plan)
}

export async function updateTopic(ctx: Context, input: z.output<typeof schema.updateInput>): Promise<ChangeResult> {
  const { request, existing, access } = await target(ctx, input)
  const execution = { access, topic: input.topic, reason: input.reason }
  if (existing) {
    const { plan, body } = await planResource(ctx, request, existing)
    return refusalOf(ctx, input, plan) ?? (body ? writeResource(ctx, execution, body) : nothingToDo(input.topic))
  }
  const { plan, write } = await planBroker(ctx, request)
  return refusalOf(ctx, input, plan) ?? (write ? writeBroker(ctx, execution, write) : nothingToDo(input.topic))
}

interface Target {
  access: ClusterAccess
  request: PlanRequest
  /** As it is now, not as the informer last heard. */
  existing: TopicObject | undefined
}

async function target(ctx: Context, { cluster, topic, draft }: PlanInput): Promise<Target> {
  const access = await findCluster(ctx.deps, cluster)
  const resource = ctx.deps.resources.topic(cluster, topic)
  const key = resource && { namespace: resource.namespace, name: resource.name }
  const existing = key && (await ctx.deps.resources.kube.get<TopicObject>(resourceTypes.rivvenTopics, key))
  return { access, request: { access, topic, draft }, existing }
}
