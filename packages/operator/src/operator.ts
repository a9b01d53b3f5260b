// Wires the operator: caches of topics and clusters, a connection per cluster, a controller per kind.
import { EventRecorder, type KubeClient, resourceTypes } from "@rivven/kube"
import type { RivvenCluster, RivvenTopic } from "@rivven/resources"
import { Connections } from "./clusters/connections.ts"
import { OperatorError } from "./errors.ts"
import { ClusterController } from "./kinds/cluster/controller.ts"
import { TopicController, topicIndices } from "./kinds/topic/controller.ts"
import { eventController } from "./names.ts"
import { type OperatorPorts, withDefaults } from "./ports.ts"
import { Watched } from "./watched.ts"

export type OperatorConfig = {
  kube: KubeClient
  /** Namespaces to watch; absent or `["*"]`: all. */
  namespaces?: readonly string[]
  /** Who writes the events; the pod's name on Kubernetes. */
  instance?: string
  /** `deny`: a topic is deleted only if its resource is annotated. */
  topicDeletion?: "allow" | "deny"
  /** How long deletions wait for a cluster resource that is gone. */
  orphanGraceMs?: number
  /** Reconciles of topics at once; batches of admin calls fill up to it. */
  concurrency?: number
  /** How often the broker's state is compared although nothing changed. */
  resyncMs?: number
  /** How often clusters are asked whether they are there. */
  clusterCheckMs?: number
  /** Admin calls of many topics travel together. */
  batch?: { maxItems?: number; lingerMs?: number; callTimeoutMs?: number }
}

export type Running = {
  /** Lets running reconciles end, then closes watches and connections. The signal ends the calls that still run. */
  stop(signal?: AbortSignal): Promise<void>
}

export async function start(config: OperatorConfig, givenPorts: Partial<OperatorPorts> = {}): Promise<Running> {
  const ports = withDefaults(givenPorts)
  const { kube, resyncMs = 120_000 } = config
  const namespaces = watchedNamespaces(config.namespaces)
  const topics = new Watched<RivvenTopic>({
    client: kube,
    type: resourceTypes.rivvenTopics,
    namespaces,
    indices: topicIndices,
    resyncMs,
    ports,
  })
  const clusters = new Watched<RivvenCluster>({ client: kube, type: resourceTypes.rivvenClusters, namespaces, ports })
  const limits = { maxItems: 100, lingerMs: 100, callTimeoutMs: 10_000, ...config.batch }
  const connections = new Connections(ports, limits)
  const events = new EventRecorder({ client: kube, controller: eventController, instance: config.instance ?? "rivven-operator", ports })
  const { topicDeletion = "allow", orphanGraceMs = 600_000, concurrency = 128, clusterCheckMs = 20_000 } = config
  const settings = { topicDeletion, orphanGraceMs, concurrency }
  const clusterController = new ClusterController({
    kube,
    clusters,
    connections,
    events,
    checkMs: clusterCheckMs,
    timeoutMs: limits.callTimeoutMs / 2,
    ports,
  })
  const topicController = new TopicController({ kube, topics, clusters, connections, events, settings, ports })

  const stop = async (signal?: AbortSignal) => {
    signal?.addEventListener("abort", () => void connections.close(), { once: true })
    await Promise.all([topicController.stop(), clusterController.stop()])
    await Promise.all([topics.stop(), clusters.stop(), events.flush()])
    await connections.close()
  }
  clusters.start()
  topics.start()
  // Nothing is decided before both caches are complete: a cluster not listed yet is not a cluster that does not exist.
  try {
    await Promise.all([clusters.synced(), topics.synced()])
  } catch (cause) {
    await stop()
    throw new OperatorError("NotSynced", "the caches of clusters and topics did not fill", { cause })
  }
  clusterController.start()
  topicController.start()
  return { stop }
}

function watchedNamespaces(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined || (given.length === 1 && given[0] === "*")) return undefined
  if (given.length === 0 || given.includes("*")) {
    throw new OperatorError("BadSettings", 'namespaces takes a list of names, or ["*"] alone for all')
  }
  return [...new Set(given)]
}
