export type { AclFilter, AclRule } from "./admin/acls.ts"
export type { Admin } from "./admin/admin.ts"
export type { BrokerDescription, ClusterDescription, LogDir, LogDirs, ReplicaSize } from "./admin/cluster.ts"
export type {
  ConfigChange,
  ConfigEntry,
  ConfigOperation,
  ConfigQuery,
  ConfigResource,
  ConfigSource,
  ConfigSynonym,
  ConfigType,
} from "./admin/configs.ts"
export type { CreatedTopic, NewTopic } from "./admin/create-topics.ts"
export type { RecordsCut } from "./admin/delete-records.ts"
export type { TopicDescription } from "./admin/describe-topics.ts"
export type { CommittedOffset, GroupOffset, GroupOffsetsQuery, OffsetToCommit } from "./admin/group-offsets.ts"
export type { GroupDescription, GroupListing, GroupListings, GroupMemberDescription, GroupState } from "./admin/groups.ts"
export type { Isolation, ListedOffset, OffsetQuery, OffsetSpec } from "./admin/offsets.ts"
export type { CallTimeout } from "./admin/timeout.ts"
export type { PartitionIncrease, TopicListing, TopicToDelete } from "./admin/topics.ts"
export type { TransactionDescription, TransactionListing, TransactionListings, TransactionPhase } from "./admin/transactions.ts"
export { type Client, type ClientOptions, createClient } from "./client.ts"
export type { TopicPartition } from "./consumer/assignors/assignor.ts"
export type {
  ConsumedRecord,
  Consumer,
  ConsumerOptions,
  GroupMetadata,
  PartitionFailure,
  Polled,
  RebalanceListener,
} from "./consumer/types.ts"
export { ClientError, type ErrorCode, type Failed, type ItemError, type LocalCode, type Ok, type Result, unwrap } from "./errors.ts"
export type { PartitionInfo } from "./metadata.ts"
export { nodePorts } from "./node-ports.ts"
export type { Address, ByteStream, Clock, Net, Ports, Random, StreamEvents, TlsOptions } from "./ports.ts"
export { partitionOfKey } from "./producer/partitioner.ts"
export type {
  Codec,
  Header,
  Producer,
  ProducerOptions,
  ProducerRecord,
  RecordPosition,
  TransactionalOptions,
  TransactionalProducer,
  TransactionState,
} from "./producer/types.ts"
export type { RawBatch, RawFetch, RawFetchRequest } from "./raw-fetch.ts"
export type {
  Bounds,
  NewestRequest,
  RangeEdge,
  RangeRequest,
  ReadAnswer,
  ReadPartition,
  ReadRequest,
  TailRequest,
  TailStep,
} from "./reader/types.ts"
export type { SaslMechanism, SaslOptions } from "./sasl.ts"
