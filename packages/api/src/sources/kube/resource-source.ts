// What should be: RivvenClusters and RivvenTopics, followed by informers. managedFields are kept, because the console shows who owns a field.
import { Informer, type KubeClient, type KubePorts, resourceTypes } from "@rivven/kube"
import type { Degraded } from "../../envelope.ts"
import type { Clock } from "../../ports.ts"
import {
  asCluster,
  asTopic,
  type ClusterObject,
  type ClusterResource,
  clusterNameOf,
  type TopicObject,
  type TopicResource,
} from "./objects.ts"

/** How long a first question waits for the first complete list. */
const settleMs = 3_000
const showMs = 1_000

export interface ResourceSourceOptions {
  kube: KubeClient
  clock: Clock
  defaultNamespace: string
  ports: Partial<KubePorts>
}

export class ResourceSource {
  readonly kube: KubeClient
  readonly defaultNamespace: string
  readonly #clock: Clock
  readonly #clusters: Informer<ClusterObject>
  readonly #topics: Informer<TopicObject>

  constructor({ kube, clock, defaultNamespace, ports }: ResourceSourceOptions) {
    this.kube = kube
    this.defaultNamespace = defaultNamespace
    this.#clock = clock
    const common = { client: kube, keepManagedFields: true, ports }
    this.#clusters = new Informer<ClusterObject>({ ...common, type: resourceTypes.rivvenClusters })
    this.#topics = new Informer<TopicObject>({
      ...common,
      type: resourceTypes.rivvenTopics,
      indices: {
        cluster: (object) => [asTopic(object, defaultNamespace).cluster],
        topic: (object) => [topicKey(asTopic(object, defaultNamespace))],
      },
    })
  }

  start(): void {
    this.#clusters.start()
    this.#topics.start()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#clusters.stop(), this.#topics.stop()])
  }

  /** Resolves when both kinds were listed once, or after a while in any case. */
  async settled(): Promise<void> {
    if (this.#clusters.hasSynced && this.#topics.hasSynced) return
    const late = Promise.withResolvers<void>()
    const cancel = this.#clock.after(settleMs, () => late.resolve())
    await Promise.race([Promise.all([this.#clusters.synced(), this.#topics.synced()]), late.promise])
    cancel()
  }

  /** By name. */
  clusters(): ClusterResource[] {
    return this.#clusters
      .list()
      .map((object) => asCluster(object, this.defaultNamespace))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  cluster(name: string): ClusterResource | undefined {
    return this.clusters().find((cluster) => cluster.name === name)
  }

  topics(cluster: string): TopicResource[] {
    return this.#topics.by("cluster", cluster).map((object) => asTopic(object, this.defaultNamespace))
  }

  /** The resource that manages a topic. Of several that name it the oldest one does, as in the operator. */
  topic(cluster: string, topic: string): TopicResource | undefined {
    const found = this.#topics.by("topic", topicKey({ cluster, topic })).map((object) => asTopic(object, this.defaultNamespace))
    return found.sort((a, b) => age(a) - age(b) || (a.name < b.name ? -1 : 1))[0]
  }

  /** Resolves when the informer shows this generation of a topic, or after a moment in any case: who wrote it may then ask and see it. */
  async shows(key: { namespace: string; name: string }, generation: number): Promise<void> {
    const isShown = (): boolean => (this.#topics.get(key)?.metadata.generation ?? 0) >= generation
    if (isShown()) return
    const shown = Promise.withResolvers<void>()
    const cancels = [this.#topics.onChange(() => isShown() && shown.resolve()), this.#clock.after(showMs, () => shown.resolve())]
    await shown.promise
    for (const cancel of cancels) cancel()
  }

  /** Age of what is known here, and what stands in the way of knowing more. */
  freshness(): { asOf: number; degraded: Degraded[] } {
    const states = [this.#clusters, this.#topics].map(({ freshness, hasSynced }) => ({ ...freshness, hasSynced }))
    const now = this.#clock.wall()
    const failed = states.find(({ error, hasSynced }) => error !== undefined || !hasSynced)
    if (!failed) return { asOf: now, degraded: [] }
    const asOf = Math.min(...states.map(({ contactAtMs, error, hasSynced }) => (error || !hasSynced ? (contactAtMs ?? 0) : now)))
    const message = failed.error ? `the resource API does not answer: ${failed.error.message}` : "resources are being read"
    return {
      asOf: asOf === 0 ? now : asOf,
      degraded: [{ source: "resources", scope: "resources", code: failed.error?.code ?? "NOT_READ", message, retryAt: null }],
    }
  }

  onClusterChange(listener: (name: string) => void): () => void {
    return this.#clusters.onChange((before, after) => {
      const object = after ?? before
      if (object) listener(asCluster(object, this.defaultNamespace).name)
    })
  }

  onTopicChange(listener: (topic: TopicResource) => void): () => void {
    return this.#topics.onChange((before, after) => {
      const object = after ?? before
      if (object && before !== after) listener(asTopic(object, this.defaultNamespace))
    })
  }

  clusterName(key: { namespace: string; name: string }): string {
    return clusterNameOf(key, this.defaultNamespace)
  }
}

function topicKey({ cluster, topic }: { cluster: string; topic: string }): string {
  return `${cluster} ${topic}`
}

function age({ object }: TopicResource): number {
  return Date.parse(object.metadata.creationTimestamp ?? "") || 0
}
