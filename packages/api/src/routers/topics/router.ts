import { procedure, router, type ScopedInput } from "../../trpc.ts"
import { adoptTopic } from "./adopt-topic.ts"
import { planTopic, updateTopic } from "./change-topic.ts"
import { createTopic, planCreateTopic } from "./create-topic.ts"
import { deleteTopic, planDeleteTopic } from "./delete-topic.ts"
import { listConfigs } from "./list-configs.ts"
import { listConsumers } from "./list-consumers.ts"
import { listDrift } from "./list-drift.ts"
import { listEvents } from "./list-events.ts"
import { listPartitions } from "./list-partitions.ts"
import { listTopics } from "./list-topics.ts"
import * as schema from "./schema.ts"
import { describeTopic } from "./topics.ts"

const topic = { kind: "topic", scope: ({ cluster, topic }: ScopedInput) => ({ cluster, name: topic }) } as const
const describe = { ...topic, verb: "describe", effect: "none" } as const

export const topicsRouter = router({
  list: procedure({ ...topic, verb: "list", effect: "none" })
    .input(schema.listInput)
    .output(schema.list)
    .query(({ ctx, input }) => listTopics(ctx, input)),
  get: procedure(describe)
    .input(schema.topicInput)
    .output(schema.get)
    .query(({ ctx, input }) => describeTopic(ctx, input)),
  partitions: procedure(describe)
    .input(schema.topicInput)
    .output(schema.partitions)
    .query(({ ctx, input }) => listPartitions(ctx, input)),
  configs: procedure(describe)
    .input(schema.topicInput)
    .output(schema.configs)
    .query(({ ctx, input }) => listConfigs(ctx, input)),
  consumers: procedure(describe)
    .input(schema.topicInput)
    .output(schema.consumers)
    .query(({ ctx, input }) => listConsumers(ctx, input)),
  events: procedure(describe)
    .input(schema.topicInput)
    .output(schema.events)
    .query(({ ctx, input }) => listEvents(ctx, input)),
  drift: procedure(describe)
    .input(schema.topicInput)
    .output(schema.drift)
    .query(({ ctx, input }) => listDrift(ctx, input)),

  planCreate: procedure({ ...topic, verb: "create", effect: "plan" })
    .input(schema.planCreateInput)
    .output(schema.topicPlan)
    .mutation(({ ctx, input }) => planCreateTopic(ctx, input)),
  create: procedure({ ...topic, verb: "create", effect: "write" })
    .input(schema.createInput)
    .output(schema.changeResult)
    .mutation(({ ctx, input }) => createTopic(ctx, input)),
  plan: procedure({ ...topic, verb: "alter", effect: "plan" })
    .input(schema.planInput)
    .output(schema.topicPlan)
    .mutation(({ ctx, input }) => planTopic(ctx, input)),
  update: procedure({ ...topic, verb: "alter", effect: "write" })
    .input(schema.updateInput)
    .output(schema.changeResult)
    .mutation(({ ctx, input }) => updateTopic(ctx, input)),
  adopt: procedure({ ...topic, verb: "alter", effect: "write" })
    .input(schema.adoptInput)
    .output(schema.changeResult)
    .mutation(({ ctx, input }) => adoptTopic(ctx, input)),
  planDelete: procedure({ ...topic, verb: "delete", effect: "plan" })
    .input(schema.planDeleteInput)
    .output(schema.topicPlan)
    .mutation(({ ctx, input }) => planDeleteTopic(ctx, input)),
  delete: procedure({ ...topic, verb: "delete", effect: "destroy" })
    .input(schema.deleteInput)
    .output(schema.changeResult)
    .mutation(({ ctx, input }) => deleteTopic(ctx, input)),
})
