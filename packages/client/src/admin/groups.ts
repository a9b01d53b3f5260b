/** Consumer groups: which there are, who is in them, what they committed, and changing that from outside while they are empty. */
import type { ResponseOf } from "@rivven/protocol"
import { DeleteGroups, DescribeGroups, ListGroups } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import type { TopicPartition } from "../consumer/assignors/assignor.ts"
import { decodeAssignment, decodeSubscription } from "../consumer/assignors/wire.ts"
import { at, brokerFailed, type ItemError, ok, type Result } from "../errors.ts"
import { retry } from "../retry.ts"
import {
  alterOffsets,
  deleteOffsets,
  fetchOffsets,
  type GroupOffset,
  type GroupOffsetsQuery,
  type OffsetToCommit,
} from "./group-offsets.ts"
import { answerOf, callItems } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

export type GroupState =
  | "unknown"
  | "preparing-rebalance"
  | "completing-rebalance"
  | "stable"
  | "dead"
  | "empty"
  | "assigning"
  | "reconciling"

export type GroupListing = {
  id: string
  /** `consumer` for groups of consumers; Connect and others have their own. */
  protocolType: string
  state: GroupState
  /** `classic`, `consumer`, …; empty from clusters that do not say. */
  type: string
  coordinator: number
}

export type GroupListings = {
  groups: GroupListing[]
  /** Brokers whose groups are missing from the list; empty when the list is complete. */
  failures: { broker: number; error: ItemError }[]
}

export type GroupMemberDescription = {
  memberId: string
  instanceId: string | null
  clientId: string
  host: string
  /** `null` when the member does not speak the consumer protocol. */
  topics: string[] | null
  assignment: TopicPartition[] | null
}

export type GroupDescription = {
  id: string
  state: GroupState
  protocolType: string
  /** The assignor in use; empty while there is none. */
  protocol: string
  coordinator: number | null
  members: GroupMemberDescription[]
}

const states: Readonly<Record<string, GroupState>> = {
  PreparingRebalance: "preparing-rebalance",
  CompletingRebalance: "completing-rebalance",
  Stable: "stable",
  Dead: "dead",
  Empty: "empty",
  Assigning: "assigning",
  Reconciling: "reconciling",
}

export class GroupsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Groups of all brokers; a broker that cannot answer leaves a gap that is named. */
  async list(options: CallTimeout = {}): Promise<Result<GroupListings>> {
    const policy = this.#cluster.policy(options.timeoutMs)
    return retry(async () => {
      const timeoutMs = policy.deadline.share(this.#cluster.config.requestTimeoutMs)
      const answers = await this.#cluster.callAll(ListGroups, { statesFilter: [], typesFilter: [] }, { timeoutMs })
      if (!answers.ok) return answers
      const listings: GroupListings = { groups: [], failures: [] }
      for (const [broker, answer] of answers.value) addListing(listings, broker, answer)
      const [first] = listings.failures
      if (listings.failures.length === answers.value.size && first !== undefined) return { ok: false, error: first.error }
      listings.groups.sort((a, b) => (a.id < b.id ? -1 : 1))
      return ok(listings)
    }, policy)
  }

  /** A group that does not exist answers GROUP_ID_NOT_FOUND. */
  async describe(ids: readonly string[], options: CallTimeout = {}): Promise<Map<string, Result<GroupDescription>>> {
    return this.#perGroup([...new Set(ids)], options, async (id, timeoutMs) => {
      const coordinator = await this.#cluster.coordinator(id)
      if (!coordinator.ok) return coordinator
      const body = { groups: [id], includeAuthorizedOperations: false }
      const answer = await this.#cluster.call(DescribeGroups, body, { route: { to: "coordinator", group: id }, timeoutMs })
      if (!answer.ok) return answer
      const group = answer.value.groups.find(({ groupId }) => groupId === id)
      if (group?.errorCode === 0 && group.groupState === "Dead" && group.members.length === 0) return groupNotFound(id)
      return answerOf(group, (found) => readGroup(found, coordinator.value))
    })
  }

  /** Committed offsets per group; all partitions of a group unless some are named. A partition without a commit has offset `null`. */
  offsets(queries: readonly (string | GroupOffsetsQuery)[], options: CallTimeout = {}): Promise<Map<string, Result<GroupOffset[]>>> {
    const byId = new Map(queries.map((query) => (typeof query === "string" ? [query, { group: query }] : [query.group, query])))
    return this.#perGroup([...byId.keys()], options, (id, timeoutMs) =>
      fetchOffsets(this.#cluster, byId.get(id) ?? { group: id }, timeoutMs),
    )
  }

  /** Moves a group that has no members; one result per offset, in order. */
  alterOffsets(group: string, offsets: readonly OffsetToCommit[], options: CallTimeout = {}): Promise<Result<void>[]> {
    return alterOffsets(this.#cluster, { group, offsets, ...options })
  }

  /** Forgets commits of topics the group is not subscribed to; one result per partition, in order. */
  deleteOffsets(group: string, partitions: readonly TopicPartition[], options: CallTimeout = {}): Promise<Result<void>[]> {
    return deleteOffsets(this.#cluster, { group, partitions, ...options })
  }

  delete(ids: readonly string[], options: CallTimeout = {}): Promise<Map<string, Result<void>>> {
    return this.#perGroup([...new Set(ids)], options, async (id, timeoutMs) => {
      const answer = await this.#cluster.call(DeleteGroups, { groupsNames: [id] }, { route: { to: "coordinator", group: id }, timeoutMs })
      if (!answer.ok) return answer
      return answerOf(
        answer.value.results.find(({ groupId }) => groupId === id),
        () => undefined,
      )
    })
  }

  /** Every group has its own coordinator and its own retries; none waits for another. */
  async #perGroup<T>(
    ids: readonly string[],
    options: CallTimeout,
    call: (id: string, timeoutMs: number) => Promise<Result<T>>,
  ): Promise<Map<string, Result<T>>> {
    const results = await Promise.all(
      ids.map((id) =>
        callItems(this.#cluster, { items: [id], group: id, ...options }, async (_open, timeoutMs) => [await call(id, timeoutMs)]),
      ),
    )
    return new Map(results.flat().map((result, index) => [ids[index] as string, result.ok ? result : at(result, `/${index}`)]))
  }
}

function groupNotFound(id: string): Result<never> {
  return { ok: false, error: { code: "GROUP_ID_NOT_FOUND", message: `there is no group ${id}`, path: "", retriable: false } }
}

function addListing(listings: GroupListings, broker: number, answer: Result<ResponseOf<typeof ListGroups>>): void {
  const result = answer.ok && answer.value.errorCode !== 0 ? brokerFailed(answer.value.errorCode, null) : answer
  if (!result.ok) {
    listings.failures.push({ broker, error: result.error })
    return
  }
  for (const { groupId, protocolType, groupState, groupType } of result.value.groups) {
    listings.groups.push({
      id: groupId,
      protocolType,
      state: states[groupState] ?? "unknown",
      type: groupType.toLowerCase(),
      coordinator: broker,
    })
  }
}

type WireGroup = ResponseOf<typeof DescribeGroups>["groups"][number]

function readGroup(group: WireGroup, coordinator: number): GroupDescription {
  const isConsumer = group.protocolType === "consumer"
  return {
    id: group.groupId,
    state: states[group.groupState] ?? "unknown",
    protocolType: group.protocolType,
    protocol: group.protocolData,
    coordinator,
    members: group.members.map((member) => {
      const subscription = isConsumer ? decodeSubscription(member.memberMetadata) : null
      const assignment = isConsumer ? decodeAssignment(member.memberAssignment) : null
      return {
        memberId: member.memberId,
        instanceId: member.groupInstanceId,
        clientId: member.clientId,
        host: member.clientHost,
        topics: subscription?.ok === true ? subscription.value.topics : null,
        assignment: assignment?.ok === true ? assignment.value : null,
      }
    }),
  }
}
