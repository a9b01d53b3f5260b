import type { z } from "zod"
import type { Context } from "../../context.ts"
import { findCluster } from "../../sources/cluster.ts"
import { nothingToDo, refusalOf } from "./confirm.ts"
import { writeDeletion } from "./plan/execute.ts"
import { planDeletion } from "./plan/plan-delete.ts"
import type * as schema from "./schema.ts"
import type { ChangeResult, TopicPlan } from "./schema.ts"

export async function planDeleteTopic(ctx: Context, { cluster, topic, what }: z.output<typeof schema.planDeleteInput>): Promise<TopicPlan> {
  const access = await findCluster(ctx.deps, cluster)
  return ctx.deps.plans.keep((await planDeletion(ctx, { access, topic, what })).plan)
}

export async function deleteTopic(ctx: Context, input: z.output<typeof schema.deleteInput>): Promise<ChangeResult> {
  const { cluster, topic, what, reason } = input
  const access = await findCluster(ctx.deps, cluster)
  const { plan, write } = await planDeletion(ctx, { access, topic, what })
  return refusalOf(ctx, input, plan) ?? (write ? writeDeletion(ctx, { access, topic, reason }, write) : nothingToDo(topic))
}
