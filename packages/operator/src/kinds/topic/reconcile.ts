// One run over one RivvenTopic: an ordered list of named steps. A step that returns ends the run; the first failure wins. What the steps find out
// is thrown away afterwards.
import { validateTopic } from "@rivven/resources"
import { retry } from "../../controller.ts"
import { type Failure, failure, isOutcomeUnknown, isOverdue, isTerminal, topicFailure } from "../../errors.ts"
import { annotations } from "../../names.ts"
import { TopicDeletion } from "./deletion.ts"
import type { Knowledge } from "./knowledge.ts"
import { describeDrift, desiredConfigs, isInternalName, newTopic, ownerOf, replicationFactorOf } from "./model.ts"
import type { Ended, TopicWorld } from "./world.ts"

type StepResult = Ended | undefined

/** A cluster of several brokers may show a change a moment later. */
const lateAnswerMs = 500

export class TopicReconcile {
  readonly #know: Knowledge
  readonly #world: TopicWorld
  #hasWritten = false
  /** A creation whose outcome nobody knows yet: the topic is this resource's when it turns up. */
  #mayBeCreated: boolean
  /** Told when the status says the same; a run that has to look again tells nothing. */
  #created: { type: "Normal" | "Warning"; reason: string; note: string }[] = []
  #adopted: string | undefined

  constructor(know: Knowledge, world: TopicWorld) {
    this.#know = know
    this.#world = world
    this.#mayBeCreated = know.topic.status?.phase === "Creating"
  }

  async run(): Promise<Ended> {
    const steps: (() => StepResult | Promise<StepResult>)[] = [
      () => this.#deleted(),
      () => this.#unmanaged(),
      () => this.#paused(),
      () => this.#reachable(),
      () => this.#valid(),
      () => this.#unique(),
      () => this.#finalizer(),
      () => this.#observe(),
      () => this.#ownTopic(),
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

  async #deleted(): Promise<StepResult> {
    const { topic } = this.#know
    return topic.metadata.deletionTimestamp === undefined ? undefined : new TopicDeletion(topic, this.#world).run()
  }

  async #unmanaged(): Promise<StepResult> {
    const { topic } = this.#know
    if (topic.metadata.annotations?.[annotations.managed] !== "false") return undefined
    await this.#world.resources.releaseFinalizer(topic)
    return { findings: { state: "unmanaged" }, outcome: { kind: "done" } }
  }

  #paused(): StepResult {
    if (this.#know.topic.metadata.annotations?.[annotations.paused] !== "true") return undefined
    return { findings: { state: "paused" }, outcome: { kind: "done" } }
  }

  /** There is a cluster that admits this resource and has an address. */
  #reachable(): StepResult {
    const { cluster } = this.#world
    return cluster.ok ? undefined : this.#fail(cluster.error)
  }

  /** The API server has checked the spec; a rule that is newer than the resource has not. */
  #valid(): StepResult {
    const { apiVersion, kind, metadata, spec } = this.#know.topic
    const validated = validateTopic({ apiVersion, kind, metadata, spec })
    if (!validated.ok) {
      return this.#fail(failure("InvalidSpec", validated.errors.map(({ field, message }) => `${field}: ${message}`).join("; ")))
    }
    this.#know.topic = { ...this.#know.topic, spec: validated.value.spec }
    this.#know.desired = desiredConfigs(validated.value.spec, this.#cluster().allowList)
    return undefined
  }

  #unique(): StepResult {
    const owner = ownerOf(this.#world.claimants)
    if (!owner || owner.metadata.uid === this.#know.topic.metadata.uid) return undefined
    const { namespace, name } = owner.metadata
    return this.#fail(failure("ResourceConflict", `topic ${this.#know.name} belongs to the older RivvenTopic ${namespace}/${name}`))
  }

  async #finalizer(): Promise<StepResult> {
    const { topic } = this.#know
    const { metadata } = await this.#world.resources.ensureFinalizer(topic)
    this.#know.topic = { ...topic, metadata: { ...topic.metadata, ...metadata } }
    return undefined
  }

  async #observe(): Promise<StepResult> {
    const observed = await this.#cluster().topics.observe(this.#know.name)
    if (!observed.ok) return this.#fail(topicFailure(observed.error))
    this.#know.observed = observed.value
    return undefined
  }

  /** What the broker keeps for itself is nobody's to manage, and never in the status: a deletion would take it for this resource's. */
  #ownTopic(): StepResult {
    const { name, observed } = this.#know
    if (!isInternalName(name) && observed?.description.isInternal !== true) return undefined
    this.#know.observed = undefined
    return this.#fail(failure("InternalTopic", `spec.topicName: ${name} is an internal topic of the broker, which alone manages it`))
  }

  /** A topic that this resource never had: taken over or refused, as the policy says. */
  #adoptable(): StepResult {
    const { observed, topic, name } = this.#know
    if (!observed) return undefined
    const knownId = topic.status?.topicId
    if (knownId === observed.description.id) return undefined
    if (knownId !== undefined) {
      this.#note("Warning", "TopicRecreated", `topic ${name} was deleted and made anew by somebody else`)
      return undefined
    }
    if (this.#mayBeCreated) {
      this.#created.push({ type: "Normal", reason: "Created", note: `topic ${name} was created` })
      return undefined
    }
    if (topic.spec.adoptionPolicy === "FailIfExists") {
      return this.#fail(failure("TopicExists", `topic ${name} exists and spec.adoptionPolicy is FailIfExists`))
    }
    const { drift } = this.#know
    this.#adopted = `took over topic ${name}${drift.length === 0 ? " as it is" : `: ${describeDrift(drift)}`}`
    return undefined
  }

  async #create(): Promise<StepResult> {
    const { observed, topic, name, desired } = this.#know
    if (observed) return undefined
    await this.#announceCreation()
    const created = await this.#cluster().topics.create(newTopic(topic, desired.values))
    // Made by somebody in this very moment: look again before deciding whose it is.
    if (!created.ok && created.error.code === "TOPIC_ALREADY_EXISTS") return lookAgain
    this.#mayBeCreated = created.ok || isOutcomeUnknown(created.error)
    if (!created.ok && isOverdue(created.error)) return this.#stillCreating()
    if (!created.ok) return this.#fail(topicFailure(created.error))
    this.#hasWritten = true
    if (topic.status?.topicExists) {
      const note = `topic ${name} was deleted by somebody else and made again, empty`
      this.#created.push({ type: "Warning", reason: "TopicMissing", note })
    }
    this.#created.push({ type: "Normal", reason: "Created", note: `topic ${name} was created` })
    return this.#observeAgain()
  }

  /** The broker answered a moment ago: it is busy with this topic. That it is gone, the next look would tell. */
  #stillCreating(): Ended {
    return { findings: { state: "creating", topicName: this.#know.name, isAbsent: true }, outcome: retry }
  }

  /**
   * Written before the call: after a crash in between, the topic is recognised as made by this resource. Once per generation, or the status of
   * a topic that the broker refuses would be written for ever.
   */
  async #announceCreation(): Promise<void> {
    const { status, metadata } = this.#know.topic
    const isRefusedBefore = status?.observedGeneration === metadata.generation && !status?.topicExists
    const reason = status?.conditions?.find(({ type }) => type === "Ready")?.reason
    if (this.#mayBeCreated || (isRefusedBefore && reason !== "ClusterUnreachable" && reason !== "ClusterNotFound")) return
    await this.#world.resources.writeStatus(this.#know.topic, { state: "creating", topicName: this.#know.name, isAbsent: true })
  }

  async #applyConfigs(): Promise<StepResult> {
    const { configOperations: operations, configDrift: drift, isForeignChange, name } = this.#know
    if (operations.length === 0) return undefined
    const altered = await this.#cluster().topics.alterConfigs({ name, operations })
    if (!altered.ok) return this.#failConfigs(topicFailure(altered.error))
    this.#hasWritten = true
    if (drift.length === 0) return undefined
    if (isForeignChange) {
      this.#know.repaired = `reverted changes made on the broker: ${describeDrift(drift)}`
      this.#note("Warning", "Drifted", this.#know.repaired)
    } else {
      this.#note("Normal", "ConfigChanged", describeDrift(drift))
    }
    return undefined
  }

  #failConfigs(failed: Failure): StepResult {
    if (!isTerminal(failed)) return this.#fail(failed)
    this.#know.configFailure = failed
    return undefined
  }

  async #addPartitions(): Promise<StepResult> {
    const { topic, partitionCount: current, name } = this.#know
    const wanted = topic.spec.partitions
    if (wanted === undefined || wanted === current) return undefined
    if (wanted < current) {
      const message = `spec.partitions: the topic has ${current} partitions; they cannot be reduced to ${wanted}`
      this.#know.shapeFailure ??= failure("NotSupported", message)
      return undefined
    }
    const added = await this.#cluster().topics.addPartitions({ name, count: wanted })
    if (!added.ok) return this.#fail(topicFailure(added.error))
    this.#hasWritten = true
    this.#note("Normal", "PartitionsAdded", `topic ${name} grew from ${current} to ${wanted} partitions`)
    return undefined
  }

  #checkReplication(): StepResult {
    const { topic, observed } = this.#know
    const wanted = topic.spec.replicationFactor
    if (wanted === undefined || !observed) return undefined
    const current = replicationFactorOf(observed.description)
    if (wanted === current) return undefined
    const isReassign = topic.spec.replicationChangePolicy === "Reassign"
    const why = isReassign ? "moving replicas is not supported by this version" : "spec.replicationChangePolicy is Reject"
    this.#know.shapeFailure ??= failure("NotSupported", `spec.replicationFactor: the topic has ${current} copies, not ${wanted}; ${why}`)
    return undefined
  }

  /** What was written counts only when the broker says so itself. */
  async #readBack(): Promise<StepResult> {
    if (!this.#hasWritten) return undefined
    const ended = await this.#observeAgain()
    if (ended) return ended
    const { configDrift: left, topic, partitionCount } = this.#know
    if (left.length > 0) {
      this.#know.configFailure ??= failure("ConfigNotApplied", `the broker accepted and did not keep: ${describeDrift(left)}`)
    }
    return partitionCount < (topic.spec.partitions ?? 0) ? lookAgain : undefined
  }

  async #observeAgain(): Promise<StepResult> {
    const ended = await this.#observe()
    return ended ?? (this.#know.observed ? undefined : lookAgain)
  }

  #conclude(): Ended {
    const failed = this.#know.shapeFailure ?? this.#know.configFailure
    this.#tellCreation()
    if (!failed && this.#adopted !== undefined) this.#note("Normal", "Adopted", this.#adopted)
    if (!failed) return { findings: this.#know.findings("ready"), outcome: { kind: "done" } }
    return { findings: this.#know.findings("failed", failed), outcome: { kind: "terminal" } }
  }

  #fail(failed: Failure): Ended {
    const { observed, name: topicName } = this.#know
    if (observed) this.#tellCreation()
    else if (this.#mayBeCreated && !isTerminal(failed))
      return { findings: { state: "creating", topicName, isAbsent: true, failure: failed }, outcome: retry }
    return { findings: this.#know.findings("failed", failed), outcome: isTerminal(failed) ? { kind: "terminal" } : retry }
  }

  #tellCreation(): void {
    for (const { type, reason, note } of this.#created.splice(0)) this.#note(type, reason, note)
  }

  #note(type: "Normal" | "Warning", reason: string, note: string): void {
    this.#world.note(type, { reason, note })
  }

  #cluster() {
    const { cluster } = this.#world
    if (!cluster.ok) throw new Error("steps after #reachable run only with a cluster")
    return cluster.value
  }
}

const lookAgain: Ended = { outcome: { kind: "requeue", afterMs: lateAnswerMs } }
