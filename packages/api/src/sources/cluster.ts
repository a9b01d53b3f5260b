// The cluster that a request is about: its resource, its broker, and what is missing of either.
import type { Deps } from "../context.ts"
import type { Degraded } from "../envelope.ts"
import { ApiError } from "../errors.ts"
import type { BrokerSource } from "./broker/broker-source.ts"
import type { Read } from "./broker/reading.ts"
import type { ClusterResource } from "./kube/objects.ts"

export interface ClusterAccess {
  name: string
  resource: ClusterResource
  /** Undefined: no address is known. */
  broker: BrokerSource | undefined
  degraded: Degraded[]
}

/** Throws `NOT_FOUND` naming the clusters that there are. */
export async function findCluster({ resources, brokers }: Deps, name: string): Promise<ClusterAccess> {
  await resources.settled()
  const resource = resources.cluster(name)
  const { degraded } = resources.freshness()
  if (!resource) {
    const names = resources.clusters().map((cluster) => cluster.name)
    const known = names.length === 0 ? "there is no cluster yet" : `known are ${names.join(", ")}`
    throw new ApiError("NOT_FOUND", `there is no cluster ${name}; ${known}`, { path: "cluster" })
  }
  const broker = brokers.get(name)
  if (broker) return { name, resource, broker, degraded }
  const message = "the cluster's resource names no address yet"
  return {
    name,
    resource,
    broker,
    degraded: [...degraded, { source: "broker", scope: `cluster:${name}`, code: "NO_ADDRESS", message, retryAt: null }],
  }
}

/** For what cannot be done without the broker. */
export function needBroker({ name, broker }: ClusterAccess): BrokerSource {
  if (!broker) throw new ApiError("SOURCE_FAILED", `the cluster ${name} has no address yet`)
  return broker
}

/** What a failed read lacks; nothing when it went well. */
export function failureOf(read: Read<unknown>, scope: string): Degraded[] {
  if (!read.failure) return []
  const { code, message, retryAt } = read.failure
  return [{ source: "broker", scope, code, message, retryAt }]
}
