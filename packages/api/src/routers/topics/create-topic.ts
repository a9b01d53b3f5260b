import type { z } from "zod"
import type { Context } from "../../context.ts"
import { findCluster } from "../../sources/cluster.ts"
import { nothingToDo, refusalOf } from "./confirm.ts"
import { writeResource } from "./plan/execute.ts"
import { planResource, type ResourcePlan } from "./plan/plan-resource.ts"
import type * as schema from "./schema.ts"
import type { ChangeResult, TopicPlan } from "./schema.ts"

type PlanInput = z.output<typeof schema.planCreateInput>

export async function planCreateTopic(ctx: Context, input: PlanInput): Promise<TopicPlan> {
  return ctx.deps.plans.keep((await plan(ctx, input)).plan)
}

export async function createTopic(ctx: Context, input: z.output<typeof schema.createInput>): Promise<ChangeResult> {
  const { plan: current, body } = await plan(ctx, input)
  const refusal = refusalOf(ctx, input, current)
  if (refusal) return refusal
  if (!body) return nothingToDo(input.topic)
  const access = await findCluster(ctx.deps, input.cluster)
  return writeResource(ctx, { access, topic: input.topic, reason: input.reason }, body)
}

async function plan(ctx: Context, { cluster, topic, draft }: PlanInput): Promise<ResourcePlan> {
  return planResource(ctx, { access: await findCluster(ctx.deps, cluster), topic, draft }, undefined)
}
