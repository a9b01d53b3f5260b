// Names of series. What a node exports keeps its name; what is computed when sampling has a name of its own.
export const metric = {
  up: "up",
  storageUsed: "rivven_storage_bytes_used",
  storageTotal: "rivven_storage_bytes_total",
  logDirReadOnly: "rivven_log_dir_read_only",
  partitions: "rivven_partitions",
  partitionsOffline: "rivven_partitions_offline",
  partitionsUnderReplicated: "rivven_partitions_under_replicated",
  connections: "rivven_connections",
  topicSize: "rivven_topic_size_bytes",
  lagRecords: "rivven_consumer_lag_records",
  lagSeconds: "rivven_consumer_lag_seconds",
  committedOffset: "rivven_consumer_committed_offset",
  retentionHeadroom: "rivven_consumer_retention_headroom_seconds",
  resourceCondition: "rivven_resource_condition",
  /** Computed: rates per second, sums per group, quantiles. */
  topicBytesIn: "rivven_topic_bytes_in_per_second",
  topicBytesOut: "rivven_topic_bytes_out_per_second",
  topicRecordsIn: "rivven_topic_records_in_per_second",
  bytesIn: "rivven_bytes_in_per_second",
  bytesOut: "rivven_bytes_out_per_second",
  recordsIn: "rivven_records_in_per_second",
  groupLagRecords: "rivven_group_lag_records",
  groupLagSeconds: "rivven_group_lag_seconds",
  groupRecordsRead: "rivven_group_records_read_per_second",
  requestP99: "rivven_request_p99_seconds",
} as const

/** Counters of a node, and the rate that is kept of each. */
export const counters: Readonly<Record<string, string>> = {
  rivven_topic_bytes_in_total: metric.topicBytesIn,
  rivven_topic_bytes_out_total: metric.topicBytesOut,
  rivven_topic_records_in_total: metric.topicRecordsIn,
}

/** Sums over topics. */
export const sums: readonly (readonly [of: string, into: string])[] = [
  [metric.topicBytesIn, metric.bytesIn],
  [metric.topicBytesOut, metric.bytesOut],
  [metric.topicRecordsIn, metric.recordsIn],
]

/** Gauges of a node that are kept as they are. Lag and sizes are computed here, alike for clusters that export nothing. */
export const nodeGauges: ReadonlySet<string> = new Set([
  metric.storageUsed,
  metric.storageTotal,
  metric.logDirReadOnly,
  metric.partitions,
  metric.partitionsOffline,
  metric.partitionsUnderReplicated,
  metric.connections,
  "rivven_partitions_under_min_isr",
  "rivven_controller_active",
  "rivven_certificate_not_after_seconds",
  "rivven_backup_last_success_timestamp_seconds",
])
