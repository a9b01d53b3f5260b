/** Every API that the platform serves or calls, by name, as a list and by key. */
import type { Api } from "../schema/api.ts"
import { Produce } from "./00-produce.ts"
import { Fetch } from "./01-fetch.ts"
import { ListOffsets } from "./02-list-offsets.ts"
import { Metadata } from "./03-metadata.ts"
import { OffsetCommit } from "./08-offset-commit.ts"
import { OffsetFetch } from "./09-offset-fetch.ts"
import { FindCoordinator } from "./10-find-coordinator.ts"
import { JoinGroup } from "./11-join-group.ts"
import { Heartbeat } from "./12-heartbeat.ts"
import { LeaveGroup } from "./13-leave-group.ts"
import { SyncGroup } from "./14-sync-group.ts"
import { DescribeGroups } from "./15-describe-groups.ts"
import { ListGroups } from "./16-list-groups.ts"
import { SaslHandshake } from "./17-sasl-handshake.ts"
import { ApiVersions } from "./18-api-versions.ts"
import { CreateTopics } from "./19-create-topics.ts"
import { DeleteTopics } from "./20-delete-topics.ts"
import { InitProducerId } from "./22-init-producer-id.ts"
import { DescribeAcls } from "./29-describe-acls.ts"
import { CreateAcls } from "./30-create-acls.ts"
import { DeleteAcls } from "./31-delete-acls.ts"
import { DescribeConfigs } from "./32-describe-configs.ts"
import { DescribeLogDirs } from "./35-describe-log-dirs.ts"
import { SaslAuthenticate } from "./36-sasl-authenticate.ts"
import { CreatePartitions } from "./37-create-partitions.ts"
import { DeleteGroups } from "./42-delete-groups.ts"
import { IncrementalAlterConfigs } from "./44-incremental-alter-configs.ts"
import { OffsetDelete } from "./47-offset-delete.ts"
import { DescribeClientQuotas } from "./48-describe-client-quotas.ts"
import { AlterClientQuotas } from "./49-alter-client-quotas.ts"
import { DescribeUserScramCredentials } from "./50-describe-user-scram-credentials.ts"
import { AlterUserScramCredentials } from "./51-alter-user-scram-credentials.ts"
import { DescribeCluster } from "./60-describe-cluster.ts"
import { DescribeTopicPartitions } from "./75-describe-topic-partitions.ts"

export {
  AlterClientQuotas,
  AlterUserScramCredentials,
  ApiVersions,
  CreateAcls,
  CreatePartitions,
  CreateTopics,
  DeleteAcls,
  DeleteGroups,
  DeleteTopics,
  DescribeAcls,
  DescribeClientQuotas,
  DescribeCluster,
  DescribeConfigs,
  DescribeGroups,
  DescribeLogDirs,
  DescribeTopicPartitions,
  DescribeUserScramCredentials,
  Fetch,
  FindCoordinator,
  Heartbeat,
  IncrementalAlterConfigs,
  InitProducerId,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  Produce,
  SaslAuthenticate,
  SaslHandshake,
  SyncGroup,
}

export const apis: readonly Api[] = [
  Produce,
  Fetch,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  FindCoordinator,
  JoinGroup,
  Heartbeat,
  LeaveGroup,
  SyncGroup,
  DescribeGroups,
  ListGroups,
  SaslHandshake,
  ApiVersions,
  CreateTopics,
  DeleteTopics,
  InitProducerId,
  DescribeAcls,
  CreateAcls,
  DeleteAcls,
  DescribeConfigs,
  DescribeLogDirs,
  SaslAuthenticate,
  CreatePartitions,
  DeleteGroups,
  IncrementalAlterConfigs,
  OffsetDelete,
  DescribeClientQuotas,
  AlterClientQuotas,
  DescribeUserScramCredentials,
  AlterUserScramCredentials,
  DescribeCluster,
  DescribeTopicPartitions,
]

const byKey = new Map(apis.map((api) => [api.key, api]))

export function apiByKey(key: number): Api | undefined {
  return byKey.get(key)
}
