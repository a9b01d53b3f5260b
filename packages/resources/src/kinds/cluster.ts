// RivvenCluster: nodes that the operator runs, or the address of a cluster that somebody else runs (`external`).
import { z } from "zod"
import { int, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { creationRule, rule, transition } from "../kit/rule.ts"
import { clusterStatus, engines } from "./cluster-observed.ts"
import {
  allowedNamespaces,
  auth,
  autoscaling,
  brokerConfig,
  external,
  metrics,
  networkPolicy,
  podDisruptionBudget,
  ports,
  service,
  storage,
  updateStrategy,
} from "./cluster-spec.ts"
import { apiVersion, defineKind, metadata } from "./kind.ts"
import { imageFields, podFields, probe, tls } from "./workload.ts"

const specShape = z.object({
  replicas: int(1, 100).describe("Number of nodes.").register(formMeta, { label: "Nodes" }).default(3),
  engine: z
    .enum(engines)
    .describe("embedded runs one node, kafka one or more; chosen by replicas if absent, and fixed once the cluster started.")
    .optional(),
  controllers: z
    .literal([1, 3, 5])
    .describe("Nodes that vote in the quorum; one below three nodes, else three, if absent.")
    .register(formMeta, { advanced: true })
    .optional(),
  ...imageFields,
  storage: withDefaults(storage).describe("Volumes of the nodes.").register(formMeta, { group: "Storage" }),
  config: withDefaults(brokerConfig).describe("Defaults for topics, and broker configs.").register(formMeta, { group: "Configuration" }),
  ports: withDefaults(ports).describe("Ports of each node.").register(formMeta, { advanced: true }),
  service: withDefaults(service).describe("How clients reach the cluster.").register(formMeta, { group: "Network" }),
  tls: tls(),
  auth: withDefaults(auth).describe("How clients log in.").register(formMeta, { group: "Security" }),
  metrics: withDefaults(metrics).describe("Metrics and their collection.").register(formMeta, { group: "Monitoring" }),
  podDisruptionBudget: withDefaults(podDisruptionBudget).describe("How many nodes may be taken down at once; one if nothing is said."),
  autoscaling: withDefaults(autoscaling).describe("Scaling by load, for the kafka engine."),
  networkPolicy: withDefaults(networkPolicy).describe("Who may reach the nodes.").register(formMeta, { group: "Network" }),
  podManagementPolicy: z.enum(["Parallel", "OrderedReady"]).register(formMeta, { advanced: true }).default("Parallel"),
  updateStrategy: withDefaults(updateStrategy).describe("How nodes are rolled.").register(formMeta, { advanced: true }),
  ...podFields({ graceSeconds: 60 }),
  livenessProbe: probe({ delay: 30, period: 10, timeout: 5, failures: 3 }),
  readinessProbe: probe({ delay: 10, period: 5, timeout: 3, failures: 3 }),
  startupProbe: probe({ delay: 0, period: 10, timeout: 5, failures: 30 }),
  external: external
    .describe("A cluster that somebody else runs. Fields about nodes are then ignored.")
    .register(formMeta, { label: "External cluster", group: "External" })
    .optional(),
  allowedNamespaces: withDefaults(allowedNamespaces).describe("Namespaces whose topics and pipelines may refer to this cluster."),
})

type SpecShape = typeof specShape

function withSpecRules(shape: SpecShape): SpecShape {
  let spec = rule(shape, {
    cel: "!has(self.config) || !has(self.config.defaultReplicationFactor) || self.config.defaultReplicationFactor <= self.replicas",
    message: "config.defaultReplicationFactor cannot exceed replicas",
    field: "config.defaultReplicationFactor",
    check: ({ config, replicas }) => (config.defaultReplicationFactor ?? 0) <= replicas,
  })
  spec = transition(spec, {
    cel: "has(self.external) == has(oldSelf.external)",
    message: "a cluster cannot change between operator-run and external",
    check: (next, previous) => (next.external === undefined) === (previous.external === undefined),
  })
  spec = rule(spec, {
    cel: "!self.metrics.serviceMonitor.enabled || self.metrics.enabled",
    message: "serviceMonitor needs metrics.enabled",
    field: "metrics.serviceMonitor.enabled",
    check: (given) => !given.metrics.serviceMonitor.enabled || given.metrics.enabled,
  })
  spec = rule(spec, {
    cel: "!self.metrics.serviceMonitor.enabled || !self.metrics.podMonitor.enabled",
    message: "set only one of serviceMonitor and podMonitor; both would count each node twice",
    field: "metrics.podMonitor.enabled",
    check: (given) => !given.metrics.serviceMonitor.enabled || !given.metrics.podMonitor.enabled,
  })
  return withEngineRules(spec)
}

function withEngineRules(shape: SpecShape): SpecShape {
  let spec = rule(shape, {
    cel: "!has(self.engine) || self.engine != 'embedded' || self.replicas == 1",
    message: "engine embedded runs on one node; set replicas to 1 or engine to kafka",
    field: "replicas",
    check: (given) => given.engine !== "embedded" || given.replicas === 1,
  })
  spec = rule(spec, {
    cel: "!has(self.engine) || self.engine != 'embedded' || !self.autoscaling.enabled",
    message: "engine embedded cannot scale; disable autoscaling or set engine to kafka",
    field: "autoscaling.enabled",
    check: (given) => given.engine !== "embedded" || !given.autoscaling.enabled,
  })
  spec = rule(spec, {
    cel: "!has(self.external) || !has(self.engine)",
    message: "an external cluster has no engine of ours",
    field: "engine",
    check: (given) => given.external === undefined || given.engine === undefined,
  })
  return rule(spec, {
    cel: "!has(self.controllers) || self.controllers <= self.replicas",
    message: "controllers cannot exceed replicas",
    field: "controllers",
    check: (given) => (given.controllers ?? 0) <= given.replicas,
  })
}

const rootShape = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("RivvenCluster"),
  metadata: metadata(),
  spec: withSpecRules(specShape),
  status: clusterStatus.optional(),
})

const named = creationRule(rootShape, {
  cel: "self.metadata.name.size() <= 52 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
  message: "the name of a RivvenCluster has at most 52 lower-case letters, digits and - and starts with a letter",
  field: "metadata.name",
  check: ({ metadata: { name } }) => name.length <= 52 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name),
})

const oneNode = rule(named, {
  cel: "!has(self.status) || !has(self.status.engine) || self.status.engine != 'embedded' || self.spec.replicas == 1",
  message: "this cluster started with the embedded engine, which runs on one node; rivven migrate moves its data to another cluster",
  field: "spec.replicas",
  check: ({ spec, status }) => status?.engine !== "embedded" || spec.replicas === 1,
})

const schema = rule(oneNode, {
  cel: "!has(self.status) || !has(self.status.engine) || !has(self.spec.engine) || self.spec.engine == self.status.engine",
  message: "the engine of a started cluster cannot change: the two share no disk format",
  field: "spec.engine",
  check: ({ spec, status }) => status?.engine === undefined || spec.engine === undefined || spec.engine === status.engine,
})

export type RivvenCluster = z.output<typeof schema>
export type RivvenClusterInput = z.input<typeof schema>
export type RivvenClusterSpec = RivvenCluster["spec"]
export type RivvenClusterStatus = z.output<typeof clusterStatus>

export const cluster = defineKind({
  kind: "RivvenCluster",
  plural: "rivvenclusters",
  singular: "rivvencluster",
  shortName: "rvc",
  description: "A cluster: nodes that the operator runs, or the address of one that somebody else runs.",
  schema,
  hasScale: true,
  selectableFields: [],
  columns: [
    { name: "Replicas", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Ready", type: "integer", jsonPath: ".status.readyReplicas" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Version", type: "string", jsonPath: ".status.currentVersion", priority: 1 },
    { name: "Engine", type: "string", jsonPath: ".status.engine", priority: 1 },
    { name: "Reason", type: "string", jsonPath: ".status.conditions[?(@.type=='Ready')].reason", priority: 1 },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
})
