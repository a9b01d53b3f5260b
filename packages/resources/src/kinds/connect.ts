// RivvenConnect: a pipeline of sources and sinks, run by worker pods.
import { z } from "zod"
import { int, int64, listMap, text, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { creationRule, rule } from "../kit/rule.ts"
import { secretRef } from "../kit/secret-ref.ts"
import { clusterRef } from "./cluster-ref.ts"
import { sink, source } from "./connect-spec.ts"
import { apiVersion, conditions, defineKind, metadata } from "./kind.ts"
import { imageFields, podFields, port, saslLogin, tls } from "./workload.ts"

const retry = rule(
  z.object({
    maxRetries: int(0, 100).default(10),
    initialBackoffMs: int(10, 60_000).default(100),
    maxBackoffMs: int(100, 3_600_000).default(30_000),
  }),
  {
    cel: "self.maxBackoffMs >= self.initialBackoffMs",
    message: "maxBackoffMs must be at least initialBackoffMs",
    field: "maxBackoffMs",
    check: (given) => given.maxBackoffMs >= given.initialBackoffMs,
  },
)

const settings = z.object({
  topic: withDefaults(
    z.object({
      autoCreate: z.boolean().default(true),
      defaultPartitions: int(1, 10_000).default(1),
      defaultReplicationFactor: int(1, 10).describe("The cluster's default if absent.").optional(),
    }),
  ),
  retry: withDefaults(retry),
  health: withDefaults(z.object({ enabled: z.boolean().default(true), port: port(8080, "Health of the worker.") })),
  metrics: withDefaults(z.object({ enabled: z.boolean().default(true), port: port(9091, "Metrics of the worker.") })),
  rest: withDefaults(
    z.object({
      enabled: z.boolean().default(true),
      port: port(8083, "REST interface of the workers."),
      authSecretName: secretRef().describe("Secret with the credentials of the REST interface.").optional(),
    }),
  ),
})

const specShape = z.object({
  clusterRef: clusterRef(),
  replicas: int(0, 10).describe("Number of workers.").register(formMeta, { label: "Workers" }).default(1),
  ...imageFields,
  auth: saslLogin().describe("How the workers log in at the cluster.").register(formMeta, { group: "Security" }).optional(),
  config: withDefaults(
    z.object({
      stateDir: text({ max: 256, pattern: /^\//, accepts: "an absolute path" })
        .describe("Scratch space: nothing in it outlives a pod.")
        .default("/data/connect-state"),
      logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
    }),
  ).register(formMeta, { advanced: true }),
  sources: listMap(source, { max: 50, keys: ["name"] })
    .describe("What is read into the cluster.")
    .optional(),
  sinks: listMap(sink, { max: 50, keys: ["name"] })
    .describe("What is written out of the cluster.")
    .optional(),
  settings: withDefaults(settings).describe("Defaults for all connectors of the pipeline.").register(formMeta, { advanced: true }),
  tls: tls(),
  ...podFields({ graceSeconds: 60 }),
})

const spec = rule(specShape, {
  cel: "!has(self.sources) || !has(self.sinks) || !self.sources.exists(s, self.sinks.exists(k, k.name == s.name))",
  message: "source and sink names must be unique across the pipeline",
  field: "sinks",
  check: ({ sources = [], sinks = [] }) => !sources.some(({ name }) => sinks.some((other) => other.name === name)),
})

export const connectPhases = ["Pending", "Starting", "Running", "Degraded", "Paused", "Failed", "Terminating"] as const
export const connectConditions = [
  "Ready",
  "SecretsResolved",
  "ConfigApplied",
  "Paused",
  "Degraded",
  "PositionLost",
  "WalRetentionHigh",
  "SchemaDrift",
] as const
export const connectorStates = ["Starting", "Running", "Paused", "Failed", "Stopped", "Unknown"] as const

const connectorStatus = z.object({
  name: text({ max: 63 }),
  kind: z.enum(["source", "sink"]),
  connector: text({ max: 64 }).optional(),
  state: z.enum(connectorStates),
  owner: text({ max: 253 }).describe("Worker that runs it.").optional(),
  position: text({ max: 1024 }).describe("How far it has read.").optional(),
  tasksRunning: int64(0).optional(),
  tasksTotal: int64(0).optional(),
  lag: int64(0).optional(),
  restarts: int64(0).optional(),
  lastError: text({ max: 2048 }).optional(),
})

const status = z.object({
  phase: z.enum(connectPhases).describe("Derived from the conditions, for printing.").optional(),
  observedGeneration: int64(0).optional(),
  conditions: conditions(),
  message: text({ max: 4096 }).optional(),
  replicas: int64(0).optional(),
  readyReplicas: int64(0).optional(),
  selector: text({ max: 1024 }).optional(),
  sourcesRunning: int64(0).optional(),
  sinksRunning: int64(0).optional(),
  sourcesTotal: int64(0).optional(),
  sinksTotal: int64(0).optional(),
  configHash: text({ max: 64 }).optional(),
  connectors: listMap(connectorStatus, { max: 100, keys: ["name"] }).optional(),
})

const rootShape = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("RivvenConnect"),
  metadata: metadata(),
  spec,
  status: status.optional(),
})

const schema = creationRule(rootShape, {
  cel: "self.metadata.name.size() <= 44 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
  message: "the name of a RivvenConnect has at most 44 lower-case letters, digits and - and starts with a letter",
  field: "metadata.name",
  check: ({ metadata: { name } }) => name.length <= 44 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name),
})

export type RivvenConnect = z.output<typeof schema>
export type RivvenConnectInput = z.input<typeof schema>
export type RivvenConnectSpec = RivvenConnect["spec"]
export type RivvenConnectStatus = z.output<typeof status>

export const connect = defineKind({
  kind: "RivvenConnect",
  plural: "rivvenconnects",
  singular: "rivvenconnect",
  shortName: "rvcon",
  description: "A pipeline: sources that write into a cluster and sinks that read from it.",
  schema,
  hasScale: true,
  selectableFields: [".spec.clusterRef.name"],
  columns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name" },
    { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Sources", type: "integer", jsonPath: ".status.sourcesRunning" },
    { name: "Sinks", type: "integer", jsonPath: ".status.sinksRunning" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Reason", type: "string", jsonPath: ".status.conditions[?(@.type=='Ready')].reason", priority: 1 },
  ],
})
