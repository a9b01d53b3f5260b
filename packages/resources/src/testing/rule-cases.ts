// One line per CEL rule: a change of the base that breaks exactly this rule, and one close to it that breaks none.

export type RuleCase = { message: string; note?: string; next: object; previous?: object; accepts: object }

const cluster = (spec: object) => ({ spec })
const started = (engine: string, spec: object) => ({ spec, status: { engine } })

const clusterCases: RuleCase[] = [
  {
    message: "storage.size cannot shrink",
    previous: cluster({ storage: { size: "100Gi" } }),
    next: cluster({ storage: { size: "99.5Gi" } }),
    accepts: cluster({ storage: { size: "0.1Ti" } }),
  },
  {
    message: "storage.storageClassName is immutable",
    previous: cluster({ storage: { storageClassName: "fast" } }),
    next: cluster({ storage: {} }),
    accepts: cluster({ storage: { storageClassName: "fast", size: "20Gi" } }),
  },
  {
    message: "storage.accessModes is immutable",
    previous: cluster({ storage: { accessModes: ["ReadWriteOnce", "ReadWriteMany"] } }),
    next: cluster({ storage: { accessModes: ["ReadWriteOnce"] } }),
    accepts: cluster({ storage: { accessModes: ["ReadWriteMany", "ReadWriteOnce"] } }),
  },
  {
    message: "the four ports must differ",
    next: cluster({ ports: { replication: 9292 } }),
    accepts: cluster({ ports: { replication: 9295 } }),
  },
  {
    message: "tls.enabled needs certSecretName or certManager.enabled",
    next: cluster({ tls: { enabled: true, certManager: { enabled: false } } }),
    accepts: cluster({ tls: { enabled: true, certSecretName: "cert" } }),
  },
  {
    message: "mtlsEnabled needs tls.enabled",
    next: cluster({ tls: { mtlsEnabled: true, caSecretName: "ca" } }),
    accepts: cluster({ tls: { enabled: true, certSecretName: "cert", mtlsEnabled: true, caSecretName: "ca" } }),
  },
  {
    message: "mtlsEnabled needs caSecretName",
    next: cluster({ tls: { enabled: true, certSecretName: "cert", mtlsEnabled: true } }),
    accepts: cluster({ tls: { enabled: true, certSecretName: "cert", caSecretName: "ca" } }),
  },
  {
    message: "certManager.enabled needs issuerRef",
    next: cluster({ tls: { enabled: true, certManager: { enabled: true } } }),
    accepts: cluster({ tls: { enabled: true, certManager: { enabled: true, issuerRef: { name: "letsencrypt" } } } }),
  },
  {
    message: "auth.mechanism scram needs auth.scram.existingSecret",
    next: cluster({ auth: { enabled: true, scram: {} } }),
    accepts: cluster({ auth: { enabled: true, scram: { existingSecret: "users" } } }),
  },
  {
    message: "auth.mechanism token needs auth.token.existingSecret",
    next: cluster({ auth: { enabled: true, mechanism: "token" } }),
    accepts: cluster({ auth: { enabled: false, mechanism: "token" } }),
  },
  {
    message: "set only one of minAvailable and maxUnavailable",
    next: cluster({ podDisruptionBudget: { minAvailable: 1, maxUnavailable: "50%" } }),
    accepts: cluster({ podDisruptionBudget: { maxUnavailable: "50%" } }),
  },
  {
    message: "maxReplicas must be at least minReplicas",
    next: cluster({ autoscaling: { minReplicas: 11 } }),
    accepts: cluster({ autoscaling: { minReplicas: 10 } }),
  },
  {
    message: "from Selector needs selector",
    next: cluster({ allowedNamespaces: { from: "Selector" } }),
    accepts: cluster({ allowedNamespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } }),
  },
  {
    message: "config.defaultReplicationFactor cannot exceed replicas",
    next: cluster({ config: { defaultReplicationFactor: 4 } }),
    accepts: cluster({ replicas: 4, config: { defaultReplicationFactor: 4 } }),
  },
  {
    message: "a cluster cannot change between operator-run and external",
    previous: cluster({ external: { bootstrapServers: ["a:9092"] } }),
    next: cluster({}),
    accepts: cluster({ external: { bootstrapServers: ["[::1]:9092", "b:9092"] } }),
  },
  {
    message: "serviceMonitor needs metrics.enabled",
    next: cluster({ metrics: { enabled: false, serviceMonitor: { enabled: true } } }),
    accepts: cluster({ metrics: { serviceMonitor: { enabled: true } } }),
  },
  {
    message: "set only one of serviceMonitor and podMonitor; both would count each node twice",
    next: cluster({ metrics: { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } } }),
    accepts: cluster({ metrics: { podMonitor: { enabled: true } } }),
  },
  {
    message: "engine embedded runs on one node; set replicas to 1 or engine to kafka",
    next: cluster({ engine: "embedded" }),
    accepts: cluster({ engine: "embedded", replicas: 1 }),
  },
  {
    message: "engine embedded cannot scale; disable autoscaling or set engine to kafka",
    next: cluster({ engine: "embedded", replicas: 1, autoscaling: { enabled: true } }),
    accepts: cluster({ engine: "kafka", replicas: 1, autoscaling: { enabled: true } }),
  },
  {
    message: "an external cluster has no engine of ours",
    next: cluster({ engine: "kafka", external: { bootstrapServers: ["a:9092"] } }),
    accepts: cluster({ external: { bootstrapServers: ["a:9092"] } }),
  },
  {
    message: "controllers cannot exceed replicas",
    next: cluster({ controllers: 5 }),
    accepts: cluster({ controllers: 3 }),
  },
  {
    message: "the name of a RivvenCluster has at most 52 lower-case letters, digits and - and starts with a letter",
    next: { metadata: { name: "9lives" } },
    accepts: { metadata: { name: "a".repeat(52) } },
  },
  {
    message: "this cluster started with the embedded engine, which runs on one node; rivven migrate moves its data to another cluster",
    next: started("embedded", { replicas: 3 }),
    accepts: started("embedded", { replicas: 1 }),
  },
  {
    message: "the engine of a started cluster cannot change: the two share no disk format",
    next: started("kafka", { replicas: 1, engine: "embedded" }),
    accepts: started("kafka", { replicas: 1, engine: "kafka" }),
  },
]

const topic = (spec: object) => ({ spec: { clusterRef: { name: "local" }, ...spec } })

const topicCases: RuleCase[] = [
  {
    message: "clusterRef is immutable; delete and recreate the resource",
    previous: topic({}),
    next: topic({ clusterRef: { name: "local", namespace: "other" } }),
    accepts: topic({ partitions: 1 }),
  },
  { message: "topicName cannot be . or ..", next: topic({ topicName: ".." }), accepts: topic({ topicName: "..." }) },
  {
    message: "topicName is immutable",
    previous: topic({ topicName: "a" }),
    next: topic({ topicName: "b" }),
    accepts: topic({ topicName: "a", partitions: 9 }),
  },
  {
    message: "topicName cannot be added or removed after creation",
    previous: topic({ topicName: "a" }),
    next: topic({}),
    accepts: topic({ topicName: "a" }),
  },
  {
    message: "partitions cannot be decreased",
    previous: topic({ partitions: 6 }),
    next: topic({ partitions: 5 }),
    accepts: topic({ partitions: 7 }),
  },
  {
    message: "partitions cannot be removed once it was given",
    previous: topic({ partitions: 6 }),
    next: topic({}),
    accepts: topic({ partitions: 6 }),
  },
  {
    message: "config.minInsyncReplicas cannot exceed replicationFactor",
    next: topic({ replicationFactor: 1, config: { minInsyncReplicas: 2 } }),
    accepts: topic({ config: { minInsyncReplicas: 2 } }),
  },
  {
    message: "retentionMs must be -1 (unlimited) or at least 1000",
    next: topic({ config: { retentionMs: 999 } }),
    accepts: topic({ config: { retentionMs: -1 } }),
  },
  {
    message: "retentionBytes must be -1 (unlimited) or at least 1048576",
    next: topic({ config: { retentionBytes: 0 } }),
    accepts: topic({ config: { retentionBytes: 1_048_576 } }),
  },
  {
    message: "use the dedicated field instead of config.custom for this key",
    next: topic({ config: { custom: { "retention.ms": "1" } } }),
    accepts: topic({ config: { custom: { "delete.retention.ms": "1" } } }),
  },
]

const connect = (spec: object) => ({ spec: { clusterRef: { name: "local" }, ...spec } })
const source = (entry: object) => connect({ sources: [{ name: "in", connector: "datagen", topic: "t", ...entry }] })
const sink = (entry: object) => connect({ sinks: [{ name: "out", connector: "stdout", topics: ["t"], consumerGroup: "g", ...entry }] })
const table = (columns: object) => ({
  connector: "postgres-cdc",
  postgresCdc: { slotName: "s", publication: "p", tables: [{ table: "t", ...columns }] },
})

const connectCases: RuleCase[] = [
  {
    message: "clusterRef is immutable; delete and recreate the resource",
    previous: connect({}),
    next: connect({ clusterRef: { name: "other" } }),
    accepts: connect({ replicas: 2 }),
  },
  {
    message: "the name of a RivvenConnect has at most 44 lower-case letters, digits and - and starts with a letter",
    next: { metadata: { name: "a".repeat(45) } },
    accepts: { metadata: { name: "a".repeat(44) } },
  },
  {
    message: "source and sink names must be unique across the pipeline",
    next: connect({ ...source({ name: "same" }).spec, sinks: sink({ name: "same" }).spec["sinks" as never] }),
    accepts: connect({ ...source({}).spec, sinks: sink({}).spec["sinks" as never] }),
  },
  {
    message: "postgresCdc is only for connector postgres-cdc",
    next: source({ postgresCdc: { slotName: "s", publication: "p" } }),
    accepts: source({ connector: "postgres-cdc", postgresCdc: { slotName: "s", publication: "p" } }),
  },
  {
    message: "mysqlCdc is only for connector mysql-cdc",
    next: source({ mysqlCdc: { serverId: 1 } }),
    accepts: source({ connector: "mysql-cdc", mysqlCdc: { serverId: 1 } }),
  },
  {
    message: "datagen is only for connector datagen",
    next: source({ connector: "http", datagen: {} }),
    accepts: source({ datagen: { ratePerSecond: 5 } }),
  },
  {
    message: "http is only for connector http",
    note: "(source)",
    next: source({ http: { url: "http://a" } }),
    accepts: source({ connector: "http", http: { url: "http://a" } }),
  },
  {
    message: "http is only for connector http",
    note: "(sink)",
    next: sink({ http: { url: "http://a" } }),
    accepts: sink({ connector: "http", http: { url: "https://a" } }),
  },
  {
    message: "s3 is only for connector s3",
    next: sink({ s3: { bucket: "abc" } }),
    accepts: sink({ connector: "s3", s3: { bucket: "abc" } }),
  },
  { message: "stdout is only for connector stdout", next: sink({ connector: "http", stdout: {} }), accepts: sink({ stdout: {} }) },
  {
    message: "set only one of config and postgresCdc, mysqlCdc, datagen, http",
    next: source({ config: { a: 1 }, datagen: {} }),
    accepts: source({ connector: "mine", config: { a: 1 } }),
  },
  {
    message: "set only one of config and s3, http, stdout",
    next: sink({ config: { a: 1 }, stdout: {} }),
    accepts: sink({ connector: "mine", config: { a: 1 } }),
  },
  {
    message: "a source needs topic or topicRouting",
    next: source({ topic: undefined }),
    accepts: source({ topic: undefined, topicRouting: "cdc.{table}" }),
  },
  {
    message: "set only one of columns and excludeColumns",
    next: source(table({ columns: ["a"], excludeColumns: ["b"] })),
    accepts: source(table({ excludeColumns: ["b"] })),
  },
  {
    message: "maxBackoffMs must be at least initialBackoffMs",
    next: connect({ settings: { retry: { initialBackoffMs: 60_000 } } }),
    accepts: connect({ settings: { retry: { initialBackoffMs: 30_000 } } }),
  },
  {
    message: "compression snappy is only for format parquet and avro",
    next: sink({ connector: "s3", s3: { bucket: "abc", compression: "snappy" } }),
    accepts: sink({ connector: "s3", s3: { bucket: "abc", compression: "snappy", format: "avro" } }),
  },
  ...clusterCases
    .filter(({ message }) => /tls|certManager/i.test(message))
    .map(({ message, next, accepts }) => ({
      message,
      next: connect((next as { spec: object }).spec),
      accepts: connect((accepts as { spec: object }).spec),
    })),
]

export const ruleCases = {
  RivvenCluster: { base: cluster({}), cases: clusterCases },
  RivvenTopic: { base: topic({}), cases: topicCases },
  RivvenConnect: { base: connect({}), cases: connectCases },
}
