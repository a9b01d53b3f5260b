// Every config that a topic can have. Names, types and defaults are Kafka's, `durability` excepted. Where this broker gives a config
// no effect, its text says so.
import { bool, ConfigTable, choice, int, list, long, ratio, text, unlimited } from "../config.ts"

const noEffect = "Accepted for compatibility; one node gives it no effect."
export const durabilityPattern = /^(fsync|os|interval:[1-9]\d{0,8})$/
export const durabilityAccepts = "fsync, os or interval:<ms>"
export const codecNames = ["none", "gzip", "snappy", "lz4", "zstd"] as const

export const topicConfigs = new ConfigTable([
  list("cleanup.policy", {
    of: ["delete", "compact"],
    default: "delete",
    brokerName: "log.cleanup.policy",
    doc: "What happens to old data: delete drops whole segments by age or size; compact keeps at least the last record of each key, and every record needs a key.",
  }),
  int("compression.gzip.level", {
    min: -1,
    max: 9,
    default: -1,
    brokerName: "compression.gzip.level",
    doc: "Level of gzip where compression.type recompresses; -1 is gzip's own.",
  }),
  int("compression.lz4.level", {
    min: 1,
    max: 17,
    default: 9,
    brokerName: "compression.lz4.level",
    doc: "Accepted for compatibility; recompression to lz4 uses one level.",
  }),
  choice("compression.type", {
    of: ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"],
    default: "producer",
    brokerName: "compression.type",
    doc: "Codec of stored batches. producer keeps what arrives; any other recompresses batches that come in another codec.",
  }),
  int("compression.zstd.level", {
    min: -131_072,
    max: 22,
    default: 3,
    brokerName: "compression.zstd.level",
    doc: "Level of zstd where compression.type recompresses.",
  }),
  long("delete.retention.ms", {
    min: 0,
    default: 86_400_000,
    brokerName: "log.cleaner.delete.retention.ms",
    doc: "How long tombstones stay visible.",
  }),
  text("durability", {
    default: "fsync",
    pattern: durabilityPattern,
    accepts: durabilityAccepts,
    brokerName: "durability",
    doc: "When a write is acknowledged: fsync after the disk has it (survives power cuts), os after the operating system has it (survives crashes of the process), interval:<ms> as os with a flush that often.",
  }),
  long("file.delete.delay.ms", {
    min: 0,
    default: 60_000,
    brokerName: "log.segment.delete.delay.ms",
    doc: "Accepted for compatibility; the file of a removed segment stays for a minute, so that running reads can finish.",
  }),
  long("flush.messages", {
    min: 1,
    default: unlimited,
    brokerName: "log.flush.interval.messages",
    doc: "Accepted for compatibility; durability decides when data is flushed.",
  }),
  long("flush.ms", {
    min: 0,
    default: unlimited,
    brokerName: "log.flush.interval.ms",
    doc: "Accepted for compatibility; durability decides when data is flushed.",
  }),
  list("follower.replication.throttled.replicas", { default: "", doc: noEffect }),
  int("index.interval.bytes", {
    min: 0,
    default: 4_096,
    brokerName: "log.index.interval.bytes",
    doc: "One index entry per this many bytes of log.",
  }),
  list("leader.replication.throttled.replicas", { default: "", doc: noEffect }),
  long("max.compaction.lag.ms", {
    min: 1,
    default: unlimited,
    brokerName: "log.cleaner.max.compaction.lag.ms",
    doc: "The longest a record may stay uncompacted.",
  }),
  int("max.message.bytes", {
    min: 0,
    default: 1_048_588,
    brokerName: "message.max.bytes",
    doc: "The largest record batch a producer may send, after compression.",
  }),
  long("message.timestamp.after.max.ms", {
    min: 0,
    default: 3_600_000,
    brokerName: "log.message.timestamp.after.max.ms",
    doc: "How far a record's timestamp may lie in the future.",
  }),
  long("message.timestamp.before.max.ms", {
    min: 0,
    default: unlimited,
    brokerName: "log.message.timestamp.before.max.ms",
    doc: "How far a record's timestamp may lie in the past.",
  }),
  choice("message.timestamp.type", {
    of: ["CreateTime", "LogAppendTime"],
    default: "CreateTime",
    brokerName: "log.message.timestamp.type",
    doc: "Whose clock stamps records: the producer's or the broker's.",
  }),
  ratio("min.cleanable.dirty.ratio", {
    default: "0.5",
    brokerName: "log.cleaner.min.cleanable.ratio",
    doc: "Share of uncompacted data that starts a compaction.",
  }),
  long("min.compaction.lag.ms", {
    min: 0,
    default: 0,
    brokerName: "log.cleaner.min.compaction.lag.ms",
    doc: "The shortest a record stays uncompacted.",
  }),
  int("min.insync.replicas", {
    min: 1,
    default: 1,
    brokerName: "min.insync.replicas",
    doc: "Copies that must have a write before acks=all is answered. One node has one copy: above 1, such writes are refused.",
  }),
  bool("preallocate", { default: false, brokerName: "log.preallocate", doc: noEffect }),
  bool("remote.storage.enable", { default: false, only: false, doc: "Tiered storage is not available." }),
  long("retention.bytes", {
    min: -1,
    default: -1,
    brokerName: "log.retention.bytes",
    doc: "The size of a partition above which old segments are deleted; -1 is unlimited.",
  }),
  long("retention.ms", {
    min: -1,
    default: 604_800_000,
    brokerName: "log.retention.ms",
    doc: "The age at which segments are deleted, by their newest record; -1 is unlimited.",
  }),
  int("segment.bytes", {
    min: 1_024,
    default: 1_073_741_824,
    brokerName: "log.segment.bytes",
    doc: "The size at which a new segment file starts. Retention works on whole closed segments.",
  }),
  int("segment.index.bytes", {
    min: 4,
    default: 10_485_760,
    brokerName: "log.index.size.max.bytes",
    doc: "The size of a segment's offset index at which a new segment starts.",
  }),
  long("segment.jitter.ms", { min: 0, default: 0, brokerName: "log.roll.jitter.ms", doc: noEffect }),
  long("segment.ms", {
    min: 1,
    default: 604_800_000,
    brokerName: "log.roll.ms",
    doc: "The age at which a new segment file starts even if the old one is not full.",
  }),
  bool("unclean.leader.election.enable", { default: false, brokerName: "unclean.leader.election.enable", doc: noEffect }),
])
