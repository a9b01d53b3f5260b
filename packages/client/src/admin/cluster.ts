/** The cluster as a whole: who is in it, and what its disks hold. */
import type { ResponseOf } from "@rivven/protocol"
import { DescribeCluster, DescribeLogDirs } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { brokerFailed, ok, type Result } from "../errors.ts"
import { isReachable } from "../metadata.ts"
import { retry } from "../retry.ts"
import type { CallTimeout } from "./timeout.ts"

export type BrokerDescription = { id: number; host: string; port: number; rack: string | null; isFenced: boolean }

export type ClusterDescription = {
  clusterId: string | null
  controllerId: number | null
  brokers: BrokerDescription[]
}

export type ReplicaSize = { topic: string; partition: number; sizeBytes: number; offsetLag: number; isFuture: boolean }

export type LogDir = {
  path: string
  /** Size and free bytes of the volume; `null` when the broker does not say. */
  totalBytes: number | null
  usableBytes: number | null
  replicas: ReplicaSize[]
}

/** Per broker, its log directories; a directory that failed is an error of its own. */
export type LogDirs = Map<number, Result<Result<LogDir>[]>>

export class ClusterAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async describe(options: CallTimeout = {}): Promise<Result<ClusterDescription>> {
    const policy = this.#cluster.policy(options.timeoutMs)
    const described = await retry(() => this.#describe(policy.deadline.leftMs), policy)
    return !described.ok && described.error.code === "UNSUPPORTED_BY_CLUSTER"
      ? retry(() => this.#describeByMetadata(policy.deadline.leftMs), policy)
      : described
  }

  /** Asks every broker. `topics` limits the answer; without it all replicas are listed. */
  async logDirs(options: CallTimeout & { topics?: ReadonlyMap<string, readonly number[]> } = {}): Promise<Result<LogDirs>> {
    const policy = this.#cluster.policy(options.timeoutMs)
    const topics = options.topics && [...options.topics].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }))
    return retry(async () => {
      const answers = await this.#cluster.callAll(
        DescribeLogDirs,
        { topics: topics ?? null },
        { timeoutMs: this.#share(policy.deadline.leftMs) },
      )
      if (!answers.ok) return answers
      return ok(new Map([...answers.value].map(([id, answer]) => [id, answer.ok ? readLogDirs(answer.value) : answer])))
    }, policy)
  }

  #share(leftMs: number): number {
    return Math.min(leftMs, this.#cluster.config.requestTimeoutMs)
  }

  async #describe(leftMs: number): Promise<Result<ClusterDescription>> {
    const answer = await this.#cluster.call(
      DescribeCluster,
      (version) => ({ includeClusterAuthorizedOperations: false, endpointType: 1, includeFencedBrokers: version >= 2 }),
      { route: { to: "any" }, timeoutMs: this.#share(leftMs) },
    )
    if (!answer.ok) return answer
    const { errorCode, errorMessage, clusterId, controllerId, brokers } = answer.value
    if (errorCode !== 0) return brokerFailed(errorCode, errorMessage)
    return ok({
      clusterId,
      controllerId: controllerId < 0 ? null : controllerId,
      brokers: brokers
        .map(({ brokerId, host, port, rack, isFenced }) => ({ id: brokerId, host, port, rack, isFenced }))
        .filter(isReachable)
        .sort((a, b) => a.id - b.id),
    })
  }

  async #describeByMetadata(leftMs: number): Promise<Result<ClusterDescription>> {
    const answer = await this.#cluster.refresh([], { timeoutMs: this.#share(leftMs) })
    if (!answer.ok) return answer
    const { clusterId, controllerId, brokers } = answer.value
    return ok({ clusterId, controllerId, brokers: brokers.map((broker) => ({ ...broker, isFenced: false })) })
  }
}

function readLogDirs(answer: ResponseOf<typeof DescribeLogDirs>): Result<Result<LogDir>[]> {
  if (answer.errorCode !== 0) return brokerFailed(answer.errorCode, null)
  return ok(
    answer.results.map(({ errorCode, logDir, totalBytes, usableBytes, topics }): Result<LogDir> => {
      if (errorCode !== 0) return brokerFailed(errorCode, `log directory ${logDir}`)
      const replicas = topics.flatMap(({ name, partitions }) =>
        partitions.map((partition) => ({
          topic: name,
          partition: partition.partitionIndex,
          sizeBytes: partition.partitionSize,
          offsetLag: partition.offsetLag,
          isFuture: partition.isFutureKey,
        })),
      )
      return ok({
        path: logDir,
        totalBytes: totalBytes < 0 ? null : totalBytes,
        usableBytes: usableBytes < 0 ? null : usableBytes,
        replicas,
      })
    }),
  )
}
