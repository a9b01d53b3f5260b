import type { Cluster } from "../cluster.ts"
import { AclsAdmin } from "./acls.ts"
import { ClusterAdmin } from "./cluster.ts"
import { ConfigsAdmin } from "./configs.ts"
import { GroupsAdmin } from "./groups.ts"
import { OffsetsAdmin } from "./offsets.ts"
import { TopicsAdmin } from "./topics.ts"
import { TransactionsAdmin } from "./transactions.ts"

/** What an administrator can ask and change, by resource. No call throws for what a broker says or a network does. */
export type Admin = {
  cluster: ClusterAdmin
  topics: TopicsAdmin
  configs: ConfigsAdmin
  groups: GroupsAdmin
  offsets: OffsetsAdmin
  transactions: TransactionsAdmin
  acls: AclsAdmin
}

export function createAdmin(cluster: Cluster): Admin {
  return {
    cluster: new ClusterAdmin(cluster),
    topics: new TopicsAdmin(cluster),
    configs: new ConfigsAdmin(cluster),
    groups: new GroupsAdmin(cluster),
    offsets: new OffsetsAdmin(cluster),
    transactions: new TransactionsAdmin(cluster),
    acls: new AclsAdmin(cluster),
  }
}
