// What one run knows so far: the resource, what the broker said last, and what went wrong. Asks nobody; its steps fill it.
import type { ConfigOperation } from "@rivven/client"
import type { RivvenTopic } from "@rivven/resources"
import type { ObservedTopic } from "../../clusters/topic-admin.ts"
import type { Failure } from "../../errors.ts"
import { configDrift, configOperations, type DesiredConfigs, type Drift, shapeDrift, topicNameOf } from "./model.ts"
import type { Findings } from "./status.ts"

export class Knowledge {
  readonly name: string
  topic: RivvenTopic
  desired: DesiredConfigs = { values: new Map(), skipped: [] }
  observed: ObservedTopic | undefined
  /** A config that the broker does not take or keep. */
  configFailure: Failure | undefined
  /** Partitions or replicas that cannot be made as the resource says. */
  shapeFailure: Failure | undefined
  /** Foreign changes that were reverted, in words. */
  repaired: string | undefined

  constructor(topic: RivvenTopic) {
    this.topic = topic
    this.name = topicNameOf(topic)
  }

  get partitionCount(): number {
    return this.observed?.description.partitions.length ?? 0
  }

  get configDrift(): Drift[] {
    return configDrift(this.desired.values, this.observed?.configs ?? [])
  }

  get drift(): Drift[] {
    if (!this.observed) return []
    return [...shapeDrift(this.topic.spec, this.observed.description), ...this.configDrift]
  }

  get configOperations(): ConfigOperation[] {
    const observed = this.observed?.configs ?? []
    return configOperations({ desired: this.desired.values, observed, managedKeys: this.topic.status?.managedConfigKeys ?? [] })
  }

  /** The configs of this generation were read back before, so that a difference is somebody else's doing. */
  get isForeignChange(): boolean {
    const { status, metadata } = this.topic
    const applied = status?.conditions?.find(({ type }) => type === "ConfigApplied")
    return applied?.status === "True" && applied.observedGeneration === metadata.generation
  }

  findings(state: "failed" | "ready", failure?: Failure): Findings {
    return {
      state,
      failure,
      topicName: this.name,
      observed: this.observed,
      drift: this.drift,
      repaired: this.repaired,
      configFailure: this.configFailure,
      skippedConfigs: this.desired.skipped,
      managedConfigKeys: this.#managedKeys(),
    }
  }

  /** Ours from now on: what is wanted, once the broker has it. After a refusal nothing changed. */
  #managedKeys(): string[] {
    const before = this.topic.status?.managedConfigKeys ?? []
    if (this.configFailure?.code === "InvalidConfig" || !this.observed) return [...before]
    const sources = new Map(this.observed.configs.map((entry) => [entry.name, entry.source]))
    return [...this.desired.values.keys()].filter((key) => sources.get(key) === "topic" || before.includes(key)).sort()
  }
}
