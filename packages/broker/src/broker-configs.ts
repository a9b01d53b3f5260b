// Every config of the broker that clients can see. Those with a topic config behind them give the value of topics without their own
// and can be changed at run time; most others are fixed when the process starts.
import { bool, type ConfigDefinition, ConfigTable, choice, int, list, long, short, text, unlimited } from "./config.ts"
import { groupConfigs } from "./topics/group-configs.ts"
import { topicConfigs } from "./topics/topic-configs.ts"

const fixed = { readOnly: true }
const throttleDoc = "Accepted for compatibility, as tools clear it after moving replicas; one node moves none."

const own: readonly ConfigDefinition[] = [
  text("advertised.listeners", { ...fixed, default: "", doc: "The address that clients are told to connect to." }),
  bool("auto.create.topics.enable", {
    default: true,
    doc: "Whether a metadata request for an unknown topic may create it, if the client allows that too.",
  }),
  int("broker.id", { ...fixed, default: 1, doc: "The number of this node." }),
  int("controller.quota.window.num", { ...fixed, min: 1, default: 11, doc: "How many windows controller_mutation_rate is saved up for." }),
  int("controller.quota.window.size.seconds", { ...fixed, min: 1, default: 1, doc: "The length of each of those windows." }),
  text("broker.rack", { ...fixed, default: "", doc: "Where this node stands; empty when it was not said." }),
  long("connections.max.idle.ms", { ...fixed, min: -1, default: 600_000, doc: "A connection without requests for this long is closed." }),
  long("connections.max.reauth.ms", {
    ...fixed,
    min: 0,
    default: 0,
    doc: "How long a session lasts before its client has to authenticate again; 0 is without end, where the credential has none.",
  }),
  int("default.replication.factor", { ...fixed, default: 1, doc: "Copies of new topics; one node holds one." }),
  bool("delete.topic.enable", { ...fixed, default: true, doc: "Whether topics can be deleted." }),
  int("fetch.max.bytes", {
    min: 1_024,
    default: 57_671_680,
    doc: "The most record bytes one fetch answers, whatever the client asks for.",
  }),
  long("follower.replication.throttled.rate", { min: 0, default: unlimited, doc: throttleDoc }),
  list("group.consumer.assignors", {
    ...fixed,
    of: ["uniform", "range"],
    default: "uniform,range",
    doc: "The assignors that groups in the consumer protocol may ask for; the first one is for those that ask for none.",
  }),
  int("group.consumer.max.heartbeat.interval.ms", {
    ...fixed,
    min: 1,
    default: 15_000,
    doc: "The longest heartbeat interval that a single group's configs may say.",
  }),
  int("group.consumer.max.session.timeout.ms", {
    ...fixed,
    min: 1,
    default: 60_000,
    doc: "The longest session timeout that a single group's configs may say.",
  }),
  int("group.consumer.max.size", {
    ...fixed,
    min: 1,
    default: 2_147_483_647,
    doc: "The most members of one group in the consumer protocol.",
  }),
  int("group.consumer.min.heartbeat.interval.ms", {
    ...fixed,
    min: 1,
    default: 5_000,
    doc: "The shortest heartbeat interval that a single group's configs may say.",
  }),
  int("group.consumer.min.session.timeout.ms", {
    ...fixed,
    min: 1,
    default: 45_000,
    doc: "The shortest session timeout that a single group's configs may say.",
  }),
  int("group.initial.rebalance.delay.ms", {
    min: 0,
    default: 3_000,
    doc: "How long an empty group waits for more members before its first assignment.",
  }),
  int("group.max.session.timeout.ms", { min: 1, default: 1_800_000, doc: "The longest session timeout a group member may ask for." }),
  int("group.max.size", { min: 1, default: 2_147_483_647, doc: "The most members of one group." }),
  int("group.min.session.timeout.ms", { min: 1, default: 6_000, doc: "The shortest session timeout a group member may ask for." }),
  long("leader.replication.throttled.rate", { min: 0, default: unlimited, doc: throttleDoc }),
  text("listener.security.protocol.map", { ...fixed, default: "PLAINTEXT:PLAINTEXT", doc: "Which protection each listener has." }),
  text("listeners", { ...fixed, default: "", doc: "The address that this node listens on." }),
  text("log.dirs", { ...fixed, default: "", doc: "Where the logs are." }),
  int("max.connections", { ...fixed, min: 1, default: 2_147_483_647, doc: "The most connections at one time." }),
  int("max.connections.per.ip", { ...fixed, min: 1, default: 2_147_483_647, doc: "The most connections of one address at one time." }),
  int("max.incremental.fetch.session.cache.slots", { ...fixed, min: 0, default: 1_000, doc: "The most fetch sessions that are kept." }),
  int("node.id", { ...fixed, default: 1, doc: "The number of this node." }),
  int("num.partitions", { min: 1, default: 1, doc: "Partitions of a topic that is created without saying how many." }),
  int("offset.metadata.max.bytes", { min: 0, default: 4_096, doc: "The longest metadata string of a committed offset." }),
  long("offsets.retention.check.interval.ms", {
    ...fixed,
    min: 1,
    max: 2_147_483_647,
    default: 600_000,
    doc: "How often expired offsets are looked for.",
  }),
  int("offsets.retention.minutes", { min: 1, default: 10_080, doc: "How long the offsets of an empty group are kept." }),
  int("offsets.topic.num.partitions", { ...fixed, default: 1, doc: "Partitions of the log of group offsets." }),
  short("offsets.topic.replication.factor", { ...fixed, default: 1, doc: "Copies of the log of group offsets." }),
  text("process.roles", { ...fixed, default: "broker,controller", doc: "What this node is." }),
  int("quota.window.num", { ...fixed, min: 2, default: 11, doc: "How many windows the use of a quota is measured over." }),
  int("quota.window.size.seconds", { ...fixed, min: 1, default: 1, doc: "The length of each of those windows." }),
  int("producer.id.expiration.ms", {
    ...fixed,
    min: 1,
    default: 86_400_000,
    doc: "An idempotent producer silent for this long is forgotten.",
  }),
  choice("transaction.legacy", {
    of: ["allow", "deny"],
    default: "allow",
    doc: "Whether clients may use transactions in the older protocol, in which a delayed end can hit the next transaction.",
  }),
  int("transaction.max.timeout.ms", { min: 1, default: 900_000, doc: "The longest time-out that a transactional producer may ask for." }),
  int("transaction.state.log.num.partitions", { ...fixed, default: 1, doc: "Partitions of the log of transactions." }),
  short("transaction.state.log.replication.factor", { ...fixed, default: 1, doc: "Copies of the log of transactions." }),
  int("transactional.id.expiration.ms", {
    min: 1,
    default: 604_800_000,
    doc: "A transactional id without an open transaction that was not used for this long is forgotten.",
  }),
  long("replica.alter.log.dirs.io.max.bytes.per.second", { min: 0, default: unlimited, doc: throttleDoc }),
  int("socket.request.max.bytes", { ...fixed, default: 104_857_600, doc: "The largest request." }),
]

const defaultsOf = (table: ConfigTable, extra: { readOnly?: boolean } = {}) =>
  [...table.all()].flatMap((config) =>
    config.brokerName === undefined ? [] : [{ ...config, ...extra, name: config.brokerName, brokerName: undefined }],
  )

export const brokerConfigs = new ConfigTable(
  [...own, ...defaultsOf(topicConfigs), ...defaultsOf(groupConfigs, fixed)].sort((a, b) => (a.name < b.name ? -1 : 1)),
)
