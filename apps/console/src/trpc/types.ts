// What the API answers with, as types. Nothing of the server runs here.
import type { AppRouter } from "@rivven/api"
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server"

type Outputs = inferRouterOutputs<AppRouter>
export type Inputs = inferRouterInputs<AppRouter>

export interface Envelope<T> {
  data: T
  asOf: number
  complete: boolean
  degraded: Degraded[]
}

export type Degraded = Outputs["clusters"]["list"]["degraded"][number]

export type Me = Outputs["session"]["me"]["data"]
export type SessionRow = Outputs["session"]["list"]["data"][number]
export type ClusterRow = Outputs["clusters"]["list"]["data"][number]
export type Overview = Outputs["clusters"]["overview"]["data"]
export type ProblemRow = Outputs["clusters"]["problems"]["data"]["rows"][number]
export type EntityRef = ProblemRow["subject"]
export type Sentence = ProblemRow["sentence"]
export type TopicRow = Outputs["topics"]["list"]["data"]["rows"][number]
export type TopicDetails = Outputs["topics"]["get"]["data"]
export type PartitionRow = Outputs["topics"]["partitions"]["data"]["rows"][number]
export type ConfigRow = Outputs["topics"]["configs"]["data"][number]
export type ConsumerRow = Outputs["topics"]["consumers"]["data"][number]
export type EventRow = Outputs["topics"]["events"]["data"][number]
export type TopicPlan = Outputs["topics"]["plan"]
export type ChangeResult = Outputs["topics"]["create"]
export type Rollout = NonNullable<TopicDetails["resource"]>["rollout"]
export type Message = Outputs["messages"]["page"]["data"]["messages"][number]
export type Payload = NonNullable<Message["value"]>
export type GroupRow = Outputs["groups"]["list"]["data"]["rows"][number]
export type GroupDetails = Outputs["groups"]["get"]["data"]
export type GroupOffset = GroupDetails["offsets"][number]
export type LagHistory = Outputs["groups"]["lag"]["data"]
export type Member = Outputs["groups"]["assignments"]["data"]["members"][number]
export type MetricsChart = Outputs["metrics"]["range"]["data"]
export type AlertRow = Outputs["alerts"]["list"]["data"]["rows"][number]
export type RuleRow = Outputs["alerts"]["rules"]["data"][number]
export type ResourceForm = Outputs["resources"]["form"]["data"]
export type ResourceView = Outputs["resources"]["get"]["data"]
export type LiveKey = Inputs["live"]["interest"]["keys"][number]
export type Problem = TopicRow["problems"][number]

export type NumberCell = TopicRow["sizeBytes"]
export type TextCell = TopicRow["cleanupPolicy"]
