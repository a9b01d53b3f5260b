import type { z } from "zod"
import type { Context } from "../../context.ts"
import { findCluster, needBroker } from "../../sources/cluster.ts"
import { nothingToDo } from "./confirm.ts"
import { writeResource } from "./plan/execute.ts"
import { observeTopic } from "./plan/observed.ts"
import { planResource } from "./plan/plan-resource.ts"
import { previewResource } from "./plan/preview.ts"
import type * as schema from "./schema.ts"
import type { ChangeResult } from "./schema.ts"

/** Writes down what the topic is. Nothing changes on the broker, so there is nothing to plan first. */
export async function adoptTopic(
  ctx: Context,
  { cluster, topic, resourceName, namespace }: z.output<typeof schema.adoptInput>,
): Promise<ChangeResult> {
  const access = await findCluster(ctx.deps, cluster)
  const observed = await observeTopic(needBroker(access), topic, null)
  if (!observed.topic)
    return {
      outcome: "invalid",
      code: "INVALID",
      errors: [{ path: "topic", message: `there is no topic ${topic} on the broker`, accepted: "" }],
    }
  const preview = previewResource(observed, { cluster: access.resource, topic, resourceName, namespace })
  const { plan, body } = await planResource(ctx, { access, topic, draft: { resource: { ...preview } } }, undefined)
  if (plan.outcome === "conflict") return { outcome: "conflict", code: "FIELD_CONFLICT", conflicts: plan.conflicts }
  if (plan.outcome !== "ready") return { outcome: "invalid", code: "INVALID", errors: plan.errors }
  return body ? writeResource(ctx, { access, topic, reason: "adopted as it is" }, body) : nothingToDo(topic)
}
