// Watches RivvenClusters and asks each again and again whether it is there. What changes is written, and tells the topics of the cluster.
import { type EventRecorder, type KubeClient, type KubeObject, keyOf } from "@rivven/kube"
import type { RivvenCluster } from "@rivven/resources"
import type { Connections } from "../../clusters/connections.ts"
import { Controller, done, type Outcome } from "../../controller.ts"
import { isEqual } from "../../equal.ts"
import { statusManager } from "../../names.ts"
import type { OperatorPorts } from "../../ports.ts"
import type { Watched } from "../../watched.ts"
import { WrittenStatuses } from "../../written.ts"
import { type ClusterFindings, clusterStatus } from "./model.ts"
import { reconcileCluster } from "./reconcile.ts"

export type ClusterControllerOptions = {
  kube: KubeClient
  clusters: Watched<RivvenCluster>
  connections: Connections
  events: EventRecorder
  /** How often a cluster that answers is asked; one that does not is asked four times as often. */
  checkMs: number
  /** How long it may take to answer. */
  timeoutMs: number
  ports: OperatorPorts
}

export class ClusterController {
  readonly #options: ClusterControllerOptions
  readonly #controller: Controller
  readonly #written = new WrittenStatuses<RivvenCluster>()

  constructor(options: ClusterControllerOptions) {
    this.#options = options
    const { clock, logger } = options.ports
    this.#controller = new Controller({ name: "cluster", clock, logger, concurrency: 4, reconcile: (key) => this.#reconcile(key) })
    options.clusters.onChange((before, after) => this.#changed(before, after))
  }

  start(): void {
    this.#controller.start()
  }

  stop(): Promise<void> {
    return this.#controller.stop()
  }

  #changed(before: RivvenCluster | undefined, after: RivvenCluster | undefined): void {
    const object = after ?? before
    if (!object) return
    const key = keyOf(object)
    this.#written.seen(key, after)
    if (!after) this.#options.connections.forget(key)
    const looked = (cluster: RivvenCluster | undefined) => [
      cluster?.metadata.generation,
      cluster?.metadata.annotations,
      cluster?.metadata.uid,
    ]
    if (before === after || !isEqual(looked(before), looked(after))) this.#controller.enqueue(key)
  }

  async #reconcile(key: string): Promise<Outcome> {
    const { clusters, connections, checkMs, timeoutMs, ports } = this.#options
    const cached = clusters.get(key)
    if (!cached || cached.metadata.deletionTimestamp !== undefined) return done
    const cluster = this.#written.newest(cached)
    const findings = await reconcileCluster(cluster, { connect: () => connections.to(key, cluster), timeoutMs })
    await this.#writeStatus(cluster, findings)
    const jitter = 1 + ports.random.next() / 5
    if (findings.state === "paused") return done
    return { kind: "requeue", afterMs: (findings.state === "described" ? checkMs : checkMs / 4) * jitter }
  }

  async #writeStatus(cluster: RivvenCluster, findings: ClusterFindings): Promise<void> {
    const { kube, ports, events } = this.#options
    const status = clusterStatus(cluster, findings, new Date(ports.clock.wall()))
    if (isEqual(cluster.status, status)) return
    const object = cluster as KubeObject
    const written = await kube.patchStatus<RivvenCluster & KubeObject>({ ...object, status }, { manager: statusManager })
    this.#written.remember(written)
    const [was, is] = [readyOf(cluster.status), readyOf(status)]
    if (!is || was?.reason === is.reason) return
    const type = is.status === "True" ? "Normal" : "Warning"
    events.record(object, { type, reason: is.reason, action: "Reconcile", note: is.message })
  }
}

function readyOf(status: RivvenCluster["status"]) {
  return status?.conditions?.find(({ type }) => type === "Ready")
}
