// One run over one RivvenTopic: an ordered list of named steps. A step that returns ends the run; the first failure wins. The run holds what its
// steps found out and is thrown away afterwards.
import type { ConfigOperation, ItemError } from "@rivven/client"
import { type RivvenTopic, validateTopic } from "@rivven/resources"
import type { ObservedTopic } from "../../clusters/topic-admin.ts"
import { retry } from "../../controller.ts"
import { type Failure, failure, fromClient, isTerminal } from "../../errors.ts"
import { annotations } from "../../names.ts"
import { TopicDeletion } from "./deletion.ts"
import {
  configDrift,
  configOperations,
  type Drift,
  describeDrift,
  desiredConfigs,
  newTopic,
  ownerOf,
  replicationFactorOf,
  shapeDrift,
  topicNameOf,
} from "./model.ts"
import type { Findings } from "./status.ts"
import type { Ended, TopicWorld } from "./world.ts"

type Step = () => Ended | undefined | Promise<Ended | undefined>

export class TopicReconcile {
  readonly #world: TopicWorld
  readonly #name: string
  #topic: RivvenTopic
  #configs: ReadonlyMap<string, string> = new Map()
  #skippedConfigs: string[] = []
  #observed: ObservedTopic | undefined
  #configFailure: Failure | undefined
  #shapeFailure: Failure | undefined
  #repaired: string | undefined
  #hasWritten = false

  constructor(topic: RivvenTopic, world: TopicWorld) {
    this.#topic = topic
    this.#world = world
    this.#name = topicNameOf(topic)
  }

  async run(): Promise<Ended> {
    const steps: Step[] = [
      () => this.#deleted(),
      () => this.#unmanaged(),
      () => this.#paused(),
      () => this.#reachable(),
      () => this.#valid(),
      () => this.#unique(),
      () => this.#finalizer(),
      () => this.#observe(),
      () => this.#adoptable(),
      () => this.#create(),
      () => this.#applyConfigs(),
      () => this.#addPartitions(),
      () => this.#checkReplication(),
      () => this.#readBack(),
    ]
    for (const step of steps) {
      const ended = await step()
      if (ended) return ended
    }
    return this.#conclude()
  }

  async #deleted(): Promise<Ended | undefined> {
    if (this.#topic.metadata.deletionTimestamp === undefined) return undefined
    return new TopicDeletion(this.#topic, this.#world).run()
  }

  async #unmanaged(): Promise<Ended | undefined> {
    if (this.#topic.metadata.annotations?.[annotations.managed] !== "false") return undefined
    await this.#world.resources.releaseFinalizer(this.#topic)
    return { findings: { state: "unmanaged" }, outcome: { kind: "done" } }
  }

  #paused(): Ended | undefined {
    if (this.#topic.metadata.annotations?.[annotations.paused] !== "true") return undefined
    return { findings: { state: "paused" }, outcome: { kind: "done" } }
  }

  /** There is a cluster that admits this resource and has an address. */
  #reachable(): Ended | undefined {
    const { cluster } = this.#world
    return cluster.ok ? undefined : this.#fail(cluster.error)
  }

  /** The API server has checked the spec; a rule that is newer than the resource has not. */
  #valid(): Ended | undefined {
    const { apiVersion, kind, metadata, spec } = this.#topic
    const validated = validateTopic({ apiVersion, kind, metadata, spec })
    if (validated.ok) {
      this.#topic = { ...this.#topic, spec: validated.value.spec }
      const allowList = this.#world.cluster.ok ? this.#world.cluster.value.allowList : undefined
      const { values, skipped } = desiredConfigs(this.#topic.spec, allowList)
      this.#configs = values
      this.#skippedConfigs = skipped
      return undefined
    }
    const words = validated.errors.map(({ field, message }) => `${field}: ${message}`).join("; ")
    return this.#fail(failure("InvalidSpec", words))
  }

  #unique(): Ended | undefined {
    const owner = ownerOf(this.#world.claimants)
    if (!owner || owner.metadata.uid === this.#topic.metadata.uid) return undefined
    const { namespace, name } = owner.metadata
    return this.#fail(failure("ResourceConflict", `topic ${this.#name} belongs to the older RivvenTopic ${namespace}/${name}`))
  }

  async #finalizer(): Promise<Ended | undefined> {
    const { metadata } = await this.#world.resources.ensureFinalizer(this.#topic)
    this.#topic = { ...this.#topic, metadata: { ...this.#topic.metadata, ...metadata } }
    return undefined
  }

  async #observe(): Promise<Ended | undefined> {
    const observed = await this.#admin().observe(this.#name)
    if (!observed.ok) return this.#fail(fromClient(observed.error))
    this.#observed = observed.value
    return undefined
  }

  /** A topic that this resource never had: taken over or refused, as the policy says. */
  #adoptable(): Ended | undefined {
    const { status, spec } = this.#topic
    const observed = this.#observed
    if (!observed) return undefined
    const { id } = observed.description
    const wasCreating = status?.phase === "Creating"
    if (status?.topicId !== undefined && status.topicId !== id) {
      this.#world.note("Warning", { reason: "TopicRecreated", note: `topic ${this.#name} was deleted and made anew by somebody else` })
    } else if (status?.topicId === undefined && !wasCreating) {
      if (spec.adoptionPolicy === "FailIfExists") {
        return this.#fail(failure("TopicExists", `topic ${this.#name} exists and spec.adoptionPolicy is FailIfExists`))
      }
      this.#world.note("Normal", { reason: "Adopted", note: `took over topic ${this.#name}${this.#changesInWords()}` })
    }
    return undefined
  }

  #changesInWords(): string {
    const drift = this.#drift()
    return drift.length === 0 ? " as it is" : `: ${describeDrift(drift)}`
  }

  async #create(): Promise<Ended | undefined> {
    if (this.#observed) return undefined
    if (this.#topic.status?.topicExists) {
      this.#world.note("Warning", {
        reason: "TopicMissing",
        note: `topic ${this.#name} was deleted by somebody else; it is made again, empty`,
      })
    }
    await this.#announceCreation()
    const created = await this.#admin().create(newTopic(this.#topic, this.#configs))
    // Made by somebody in this very moment: look again before deciding whose it is.
    if (!created.ok && created.error.code === "TOPIC_ALREADY_EXISTS") return { outcome: { kind: "requeue", afterMs: lateAnswerMs } }
    if (!created.ok) return this.#fail(fromClient(created.error))
    this.#hasWritten = true
    this.#world.note("Normal", { reason: "Created", note: `topic ${this.#name} was created` })
    return this.#observeAgain()
  }

  /** Written before the call: after a crash in between, the topic is recognised as made by this resource. Once per generation, or a topic that
   *  the broker refuses would be written for ever. */
  async #announceCreation(): Promise<void> {
    const { status, metadata } = this.#topic
    if (status?.observedGeneration === metadata.generation && !status?.topicExists) return
    await this.#world.resources.writeStatus(this.#topic, { state: "creating", topicName: this.#name, isAbsent: true })
  }

  async #applyConfigs(): Promise<Ended | undefined> {
    const operations = this.#pendingOperations()
    if (operations.length === 0) return undefined
    const drift = configDrift(this.#configs, this.#observed?.configs ?? [])
    const altered = await this.#admin().alterConfigs({ name: this.#name, operations })
    if (!altered.ok) return this.#failConfigs(altered.error)
    this.#hasWritten = true
    if (drift.length > 0 && this.#isForeign()) {
      this.#repaired = `reverted changes made on the broker: ${describeDrift(drift)}`
      this.#world.note("Warning", { reason: "Drifted", note: this.#repaired })
    } else if (drift.length > 0) {
      this.#world.note("Normal", { reason: "ConfigChanged", note: describeDrift(drift) })
    }
    return undefined
  }

  #failConfigs(error: ItemError): Ended | undefined {
    const failed = fromClient(error)
    if (!isTerminal(failed)) return this.#fail(failed)
    this.#configFailure = failed
    return undefined
  }

  async #addPartitions(): Promise<Ended | undefined> {
    const wanted = this.#topic.spec.partitions
    const current = this.#observed?.description.partitions.length ?? 0
    if (wanted === undefined || wanted === current) return undefined
    if (wanted < current) {
      const message = `spec.partitions: the topic has ${current} partitions; they cannot be reduced to ${wanted}`
      this.#shapeFailure ??= failure("NotSupported", message)
      return undefined
    }
    const added = await this.#admin().addPartitions({ name: this.#name, count: wanted })
    if (!added.ok) return this.#fail(fromClient(added.error))
    this.#hasWritten = true
    this.#world.note("Normal", { reason: "PartitionsAdded", note: `topic ${this.#name} grew from ${current} to ${wanted} partitions` })
    return undefined
  }

  #checkReplication(): Ended | undefined {
    const wanted = this.#topic.spec.replicationFactor
    const description = this.#observed?.description
    if (wanted === undefined || !description) return undefined
    const current = replicationFactorOf(description)
    if (wanted === current) return undefined
    const why =
      this.#topic.spec.replicationChangePolicy === "Reassign"
        ? "moving replicas is not supported by this version"
        : "spec.replicationChangePolicy is Reject"
    const message = `spec.replicationFactor: the topic has ${current} copies, not ${wanted}; ${why}`
    this.#shapeFailure ??= failure("NotSupported", message)
    return undefined
  }

  /** What was written counts only when the broker says so itself. */
  async #readBack(): Promise<Ended | undefined> {
    if (!this.#hasWritten) return undefined
    const ended = await this.#observeAgain()
    if (ended) return ended
    const left = configDrift(this.#configs, this.#observed?.configs ?? [])
    if (left.length > 0) {
      this.#configFailure ??= failure("ConfigNotApplied", `the broker accepted and did not keep: ${describeDrift(left)}`)
    }
    const { partitions } = this.#topic.spec
    const isGrowing = partitions !== undefined && (this.#observed?.description.partitions.length ?? 0) < partitions
    return isGrowing ? { outcome: { kind: "requeue", afterMs: lateAnswerMs } } : undefined
  }

  /** After a write the topic exists; a cluster of several brokers may say so a moment later. */
  async #observeAgain(): Promise<Ended | undefined> {
    const ended = await this.#observe()
    if (ended) return ended
    return this.#observed ? undefined : { outcome: { kind: "requeue", afterMs: lateAnswerMs } }
  }

  #conclude(): Ended {
    const failed = this.#shapeFailure ?? this.#configFailure
    const findings: Findings = { ...this.#findings(), state: failed ? "failed" : "ready", failure: failed }
    return { findings, outcome: { kind: failed ? "terminal" : "done" } }
  }

  #fail(failed: Failure): Ended {
    const findings: Findings = { ...this.#findings(), state: "failed", failure: failed }
    return { findings, outcome: isTerminal(failed) ? { kind: "terminal" } : retry }
  }

  #findings(): Omit<Findings, "state"> {
    const isKnown = this.#observed !== undefined
    return {
      topicName: this.#name,
      observed: this.#observed,
      drift: isKnown ? this.#drift() : [],
      repaired: this.#repaired,
      configFailure: this.#configFailure,
      skippedConfigs: this.#skippedConfigs,
      managedConfigKeys: this.#managedKeys(),
    }
  }

  #drift(): Drift[] {
    const observed = this.#observed
    if (!observed) return []
    return [...shapeDrift(this.#topic.spec, observed.description), ...configDrift(this.#configs, observed.configs)]
  }

  #pendingOperations(): ConfigOperation[] {
    const observed = this.#observed?.configs ?? []
    return configOperations({ desired: this.#configs, observed, managedKeys: this.#topic.status?.managedConfigKeys ?? [] })
  }

  /** Ours from now on: what is wanted, once the broker has it; what was ours before stays until it is unset. */
  #managedKeys(): string[] {
    const before = this.#topic.status?.managedConfigKeys ?? []
    if (this.#configFailure?.code === "InvalidConfig" || !this.#observed) return [...before]
    const set = new Map(this.#observed.configs.map((entry) => [entry.name, entry.source]))
    return [...this.#configs.keys()].filter((key) => set.get(key) === "topic" || before.includes(key)).sort()
  }

  /** The configs of this generation were read back before, so that a difference is somebody else's doing. */
  #isForeign(): boolean {
    const { status, metadata } = this.#topic
    const applied = status?.conditions?.find(({ type }) => type === "ConfigApplied")
    return applied?.status === "True" && applied.observedGeneration === metadata.generation
  }

  #admin() {
    const { cluster } = this.#world
    if (!cluster.ok) throw new Error("steps after #reachable run only with a cluster")
    return cluster.value.topics
  }
}

const lateAnswerMs = 500
