// Watches RivvenTopics and the clusters they refer to, gives each run what it needs of the world, and writes its status.
import { type EventRecorder, type KubeClient, type KubeObject, keyOf, resourceTypes } from "@rivven/kube"
import type { RivvenCluster, RivvenTopic } from "@rivven/resources"
import type { Connections } from "../../clusters/connections.ts"
import { Controller, done, type Outcome } from "../../controller.ts"
import { isEqual } from "../../equal.ts"
import { failure } from "../../errors.ts"
import { statusManager, topicFinalizer } from "../../names.ts"
import type { OperatorPorts } from "../../ports.ts"
import type { Watched } from "../../watched.ts"
import { WrittenStatuses } from "../../written.ts"
import { isNamespaceAllowed, namespaceLabels } from "../cluster/admission.ts"
import { Knowledge } from "./knowledge.ts"
import { claimOf, clusterKeyOf } from "./model.ts"
import { TopicReconcile } from "./reconcile.ts"
import { type Findings, topicStatus } from "./status.ts"
import type { TopicResources, TopicSettings, TopicWorld } from "./world.ts"

export type TopicControllerOptions = {
  kube: KubeClient
  topics: Watched<RivvenTopic>
  clusters: Watched<RivvenCluster>
  connections: Connections
  events: EventRecorder
  settings: TopicSettings
  ports: OperatorPorts
}

/** Indices that the informer of topics must have. */
export const topicIndices = {
  claim: (topic: RivvenTopic) => [claimOf(topic)],
  cluster: (topic: RivvenTopic) => [clusterKeyOf(topic)],
}

export class TopicController {
  readonly #options: TopicControllerOptions
  readonly #controller: Controller
  readonly #written = new WrittenStatuses<RivvenTopic>()

  constructor(options: TopicControllerOptions) {
    this.#options = options
    const { clock, logger } = options.ports
    const { concurrency } = options.settings
    this.#controller = new Controller({ name: "topic", clock, logger, concurrency, reconcile: (key) => this.#reconcile(key) })
    options.topics.onChange((before, after) => this.#topicChanged(before, after))
    options.clusters.onChange((before, after) => this.#clusterChanged(before, after))
  }

  start(): void {
    this.#controller.start()
  }

  stop(): Promise<void> {
    return this.#controller.stop()
  }

  idle(): Promise<void> {
    return this.#controller.idle()
  }

  #topicChanged(before: RivvenTopic | undefined, after: RivvenTopic | undefined): void {
    const object = after ?? before
    if (!object) return
    this.#written.seen(keyOf(object), after)
    if (isWorthALook(before, after)) this.#controller.enqueue(keyOf(object))
    // Who waited for this resource's topic may have it now.
    if (before && (!after || claimOf(before) !== claimOf(after))) {
      for (const other of this.#options.topics.by("claim", claimOf(before))) this.#controller.enqueue(keyOf(other))
    }
  }

  #clusterChanged(before: RivvenCluster | undefined, after: RivvenCluster | undefined): void {
    const object = after ?? before
    if (!object || before === after) return
    if (before && after && before.metadata.generation === after.metadata.generation && isReady(before) === isReady(after)) return
    for (const topic of this.#options.topics.by("cluster", keyOf(object))) this.#controller.enqueue(keyOf(topic))
  }

  async #reconcile(key: string): Promise<Outcome> {
    const cached = this.#options.topics.get(key)
    if (!cached) return done
    const topic = this.#written.newest(cached)
    const { findings, outcome } = await new TopicReconcile(new Knowledge(topic), await this.#worldOf(topic)).run()
    if (findings) await this.#writeStatus(topic, findings)
    return outcome
  }

  async #worldOf(topic: RivvenTopic): Promise<TopicWorld> {
    const { topics, settings, ports, events } = this.#options
    return {
      cluster: await this.#clusterOf(topic),
      claimants: topics.by("claim", claimOf(topic)),
      resources: this.#resources(),
      settings,
      clock: ports.clock,
      nowMs: ports.clock.wall(),
      note: (type, { reason, note }) => events.record(topic as KubeObject, { type, reason, action: "Reconcile", note }),
    }
  }

  async #clusterOf(topic: RivvenTopic): Promise<TopicWorld["cluster"]> {
    const { clusters, connections, kube } = this.#options
    const key = clusterKeyOf(topic)
    const cluster = clusters.get(key)
    if (!cluster) return { ok: false, error: failure("ClusterNotFound", `spec.clusterRef: there is no RivvenCluster ${key}`) }
    const namespace = topic.metadata.namespace ?? ""
    const labels = await namespaceLabels(kube, cluster, namespace)
    if (!isNamespaceAllowed(cluster, { namespace, labels })) {
      const message = `spec.clusterRef: RivvenCluster ${key} does not admit namespace ${namespace}; see its spec.allowedNamespaces`
      return { ok: false, error: failure("ClusterNotAllowed", message) }
    }
    const reached = connections.to(key, cluster)
    if (!reached.ok) return reached
    return { ok: true, value: { topics: reached.value.topics, allowList: cluster.spec.external?.topicConfigAllowList } }
  }

  #resources(): TopicResources {
    const { kube } = this.#options
    return {
      live: (topic) => kube.get<RivvenTopic & KubeObject>(resourceTypes.rivvenTopics, topic.metadata),
      ensureFinalizer: (topic) => kube.ensureFinalizer(topic as RivvenTopic & KubeObject, topicFinalizer),
      releaseFinalizer: async (topic) => void (await kube.removeFinalizer(topic as RivvenTopic & KubeObject, topicFinalizer)),
      writeStatus: (topic, findings) => this.#writeStatus(topic, findings),
    }
  }

  async #writeStatus(topic: RivvenTopic, findings: Findings): Promise<void> {
    const { kube, ports, events } = this.#options
    const before = this.#written.newest(topic)
    const status = topicStatus(before, findings, new Date(ports.clock.wall()))
    if (isEqual(before.status, status)) return
    const written = await kube.patchStatus<RivvenTopic & KubeObject>({ ...(topic as KubeObject), status }, { manager: statusManager })
    this.#written.remember(written)
    const { failure: failed } = findings
    if (failed && reasonOf(before) !== failed.code) {
      events.record(topic as KubeObject, { type: "Warning", reason: failed.code, action: "Reconcile", note: failed.message })
    }
  }
}

/** A change of status alone is our own doing; both being the same object is a resync. */
function isWorthALook(before: RivvenTopic | undefined, after: RivvenTopic | undefined): boolean {
  if (!before || !after || before === after) return true
  const looked = ({ metadata }: RivvenTopic) => [metadata.uid, metadata.generation, metadata.deletionTimestamp, metadata.annotations]
  return !isEqual(looked(before), looked(after))
}

function isReady({ status }: RivvenCluster): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true
}

function reasonOf({ status }: RivvenTopic): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready")?.reason
}
