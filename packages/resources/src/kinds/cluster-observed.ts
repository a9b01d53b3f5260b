// The status of a RivvenCluster: what the operator saw, never what anybody wishes.
import { z } from "zod"
import { atomicList, int64, text } from "../kit/fields.ts"
import { conditions } from "./kind.ts"

export const clusterPhases = [
  "Pending",
  "Provisioning",
  "Running",
  "Updating",
  "Scaling",
  "Degraded",
  "Paused",
  "Failed",
  "Terminating",
] as const

export const clusterConditions = [
  "Ready",
  "Available",
  "Progressing",
  "Degraded",
  "StorageReady",
  "ConfigApplied",
  "TLSReady",
  "ScalingDown",
  "Paused",
] as const

export const engines = ["embedded", "kafka"] as const

const address = () => text({ max: 300 })

export const clusterStatus = z.object({
  phase: z.enum(clusterPhases).describe("Derived from the conditions, for printing.").optional(),
  observedGeneration: int64(0).optional(),
  conditions: conditions(),
  message: text({ max: 4096 }).optional(),
  engine: z.enum(engines).describe("The engine the cluster started with. It never changes: the two share no disk format.").optional(),
  controllers: int64(0).describe("Nodes that vote.").optional(),
  clusterId: text({ max: 64 }).optional(),
  replicas: int64(0).optional(),
  readyReplicas: int64(0).optional(),
  updatedReplicas: int64(0).optional(),
  selector: text({ max: 1024 }).optional(),
  currentVersion: text({ max: 64 }).optional(),
  leader: text({ max: 253 }).optional(),
  brokerEndpoints: atomicList(address(), { max: 100 }).describe("Addresses of the brokers that are ready.").optional(),
  endpoints: z.object({ client: address().optional(), cluster: address().optional(), metrics: address().optional() }).optional(),
  configHash: text({ max: 64 }).optional(),
})
