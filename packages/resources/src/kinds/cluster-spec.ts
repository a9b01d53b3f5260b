// The blocks of a RivvenCluster's spec that have rules of their own.
import { z } from "zod"
import { duration } from "../kit/duration.ts"
import { dns253, int, int64, setOf, text, textMap, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { freeform } from "../kit/freeform.ts"
import { intOrString } from "../kit/int-or-string.ts"
import { compareQuantities, quantity } from "../kit/quantity.ts"
import { rule, transition } from "../kit/rule.ts"
import { secretRef } from "../kit/secret-ref.ts"
import { accessModes, compressionTypes, networkPeers, port, saslLogin } from "./workload.ts"

const size = transition(quantity(), {
  cel: "quantity(self).compareTo(quantity(oldSelf)) >= 0",
  message: "storage.size cannot shrink",
  check: (next, previous) => (compareQuantities(next, previous) ?? 0) >= 0,
})

const retention = (description: string) => z.enum(["Retain", "Delete"]).describe(description).default("Retain")

const volumes = z.object({
  size: size
    .describe("Size of each node's volume. It can grow; leaving the field out after growth is refused, because the default is smaller.")
    .default("10Gi"),
  storageClassName: text({ max: 253 }).describe("Storage class; the default one of the Kubernetes cluster if absent.").optional(),
  accessModes: accessModes().default(["ReadWriteOnce"]),
  retentionPolicy: withDefaults(
    z.object({
      whenDeleted: retention("What happens to the volumes when the resource is deleted."),
      whenScaled: retention("What happens to a node's volume when it is scaled away."),
    }),
  ),
})

const fixedClass = transition(volumes, {
  cel: "has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)",
  message: "storage.storageClassName is immutable",
  check: (next, previous) => next.storageClassName === previous.storageClassName,
})

export const storage = transition(fixedClass, {
  cel: "self.accessModes == oldSelf.accessModes",
  message: "storage.accessModes is immutable",
  check: (next, previous) =>
    next.accessModes.length === previous.accessModes.length && next.accessModes.every((mode) => previous.accessModes.includes(mode)),
})

export const brokerConfig = z.object({
  defaultPartitions: int(1, 1000).describe("Partitions of a topic that does not say how many.").default(3),
  defaultReplicationFactor: int(1, 10)
    .describe("Copies of a topic that does not say how many; two, or one on a single node, if absent.")
    .optional(),
  logRetentionHours: int(1, 87_600).describe("How long records of a topic without its own retention are kept.").default(168),
  logSegmentBytes: int64(1_048_576, 10_737_418_240).register(formMeta, { widget: "bytes" }).default(1_073_741_824),
  maxMessageBytes: int64(1024, 104_857_600).register(formMeta, { widget: "bytes" }).default(1_048_576),
  autoCreateTopics: z.boolean().describe("Whether producing to an unknown topic creates it.").default(true),
  compressionType: z.enum(compressionTypes).default("lz4"),
  raw: textMap({ max: 100, maxValue: 4096 })
    .describe("Any other broker config by its own name. Keys that the operator owns are refused.")
    .register(formMeta, { advanced: true })
    .optional(),
})

export const ports = rule(
  z.object({
    client: port(9292, "Where clients connect."),
    cluster: port(9393, "Where nodes form the quorum."),
    replication: port(9394, "Where brokers copy from each other."),
    metrics: port(9090, "Health and metrics."),
  }),
  {
    cel: "self.client != self.cluster && self.client != self.replication && self.client != self.metrics && self.cluster != self.replication && self.cluster != self.metrics && self.replication != self.metrics",
    message: "the four ports must differ",
    check: (all) => new Set(Object.values(all)).size === 4,
  },
)

export const service = z.object({
  type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).default("ClusterIP"),
  annotations: textMap({ max: 64, maxValue: 4096 }).optional(),
  loadBalancerSourceRanges: setOf(text({ max: 43 }), { max: 64 })
    .describe("Networks that may use the load balancer.")
    .optional(),
})

const authShape = z.object({
  enabled: z.boolean().describe("Whether clients must log in.").default(false),
  mechanism: z.enum(["mtls", "scram", "token"]).default("scram"),
  scram: z.object({ existingSecret: secretRef().optional() }).optional(),
  token: z.object({ existingSecret: secretRef().optional() }).optional(),
  rbac: z.object({ enabled: z.boolean().default(false), configMapName: dns253().optional() }).optional(),
})

const scramNeedsSecret = rule(authShape, {
  cel: "!self.enabled || self.mechanism != 'scram' || (has(self.scram) && has(self.scram.existingSecret))",
  message: "auth.mechanism scram needs auth.scram.existingSecret",
  field: "scram",
  check: (auth) => !auth.enabled || auth.mechanism !== "scram" || auth.scram?.existingSecret !== undefined,
})

export const auth = rule(scramNeedsSecret, {
  cel: "!self.enabled || self.mechanism != 'token' || (has(self.token) && has(self.token.existingSecret))",
  message: "auth.mechanism token needs auth.token.existingSecret",
  field: "token",
  check: (given) => !given.enabled || given.mechanism !== "token" || given.token?.existingSecret !== undefined,
})

const monitorLabels = () => textMap({ max: 32, maxValue: 63 }).optional()
const interval = () => duration().default("15s")

export const metrics = z.object({
  enabled: z.boolean().default(true),
  path: text({ max: 128, pattern: /^\/.*$/, accepts: "a path that starts with /" }).default("/metrics"),
  serviceMonitor: withDefaults(
    z.object({
      enabled: z.boolean().default(false),
      namespace: text({ max: 63 }).optional(),
      interval: interval(),
      labels: monitorLabels(),
    }),
  ),
  podMonitor: withDefaults(z.object({ enabled: z.boolean().default(false), interval: interval(), labels: monitorLabels() })),
  prometheusRule: withDefaults(z.object({ enabled: z.boolean().default(false), labels: monitorLabels() })),
})

const countOrPercent = () =>
  intOrString({ maxLength: 16, pattern: /^[0-9]{1,3}%$/, accepts: "a number of pods or a percentage such as 50%" }).optional()

export const podDisruptionBudget = rule(
  z.object({
    enabled: z.boolean().default(true),
    minAvailable: countOrPercent(),
    maxUnavailable: countOrPercent(),
  }),
  {
    cel: "!(has(self.minAvailable) && has(self.maxUnavailable))",
    message: "set only one of minAvailable and maxUnavailable",
    check: (budget) => budget.minAvailable === undefined || budget.maxUnavailable === undefined,
  },
)

export const autoscaling = rule(
  z.object({
    enabled: z.boolean().default(false),
    minReplicas: int(1, 100).default(3),
    maxReplicas: int(1, 100).default(10),
    targetCPUUtilizationPercentage: int(1, 100).default(70),
    targetMemoryUtilizationPercentage: int(1, 100).default(80),
    scaleDownStabilizationSeconds: int(0, 3600).default(300),
  }),
  {
    cel: "self.maxReplicas >= self.minReplicas",
    message: "maxReplicas must be at least minReplicas",
    field: "maxReplicas",
    check: (scaling) => scaling.maxReplicas >= scaling.minReplicas,
  },
)

export const networkPolicy = z.object({
  enabled: z.boolean().default(false),
  clientPeers: networkPeers().describe("Who may connect as a client; anybody if absent."),
  metricsPeers: networkPeers().describe("Who may read metrics; anybody if absent."),
})

export const external = z.object({
  bootstrapServers: setOf(
    text({
      min: 3,
      max: 260,
      pattern: /^([^\s:[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$/,
      accepts: "host:port, or [address]:port for IPv6",
    }),
    { min: 1, max: 16 },
  ).describe("Where to reach the cluster first."),
  sasl: saslLogin().describe("How to log in there.").optional(),
  tls: z
    .object({
      enabled: z.boolean().default(false),
      caSecretName: secretRef().describe("Secret with ca.crt.").optional(),
      clientCertSecretName: secretRef().describe("Secret with tls.crt and tls.key.").optional(),
      serverName: text({ max: 253 }).describe("Name expected in the certificate, if it is not the host.").optional(),
    })
    .optional(),
  topicConfigAllowList: setOf(text({ max: 128 }), { max: 64 })
    .describe("Topic configs that may be changed there; all if absent.")
    .optional(),
})

export const allowedNamespaces = rule(
  z.object({
    from: z.enum(["Same", "All", "Selector"]).default("Same"),
    selector: freeform().describe("Label selector over namespaces.").optional(),
  }),
  {
    cel: "self.from != 'Selector' || has(self.selector)",
    message: "from Selector needs selector",
    field: "selector",
    check: (allowed) => allowed.from !== "Selector" || allowed.selector !== undefined,
  },
)

export const updateStrategy = z.object({
  type: z.enum(["RollingUpdate", "OnDelete"]).default("RollingUpdate"),
  partition: int(0, 100).describe("Ordinals below it are not rolled.").default(0),
})
