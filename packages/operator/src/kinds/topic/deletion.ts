// Deletion of a RivvenTopic: the finalizer goes when the topic is gone, or when it is to stay. Records are deleted only if the live resource
// says so, and only those of the very topic that this resource had.
import type { RivvenTopic } from "@rivven/resources"
import { isAbsent, type TopicAdmin } from "../../clusters/topic-admin.ts"
import { retry } from "../../controller.ts"
import { type Failure, failure, topicFailure } from "../../errors.ts"
import { annotations, topicFinalizer } from "../../names.ts"
import { pause } from "../../ports.ts"
import { isInternalName, topicNameOf } from "./model.ts"
import type { Ended, TopicWorld } from "./world.ts"

/** With auto-creation on, a client may bring a topic back: it is looked for twice. */
const secondLookMs = 250

export class TopicDeletion {
  readonly #topic: RivvenTopic
  readonly #world: TopicWorld

  constructor(topic: RivvenTopic, world: TopicWorld) {
    this.#topic = topic
    this.#world = world
  }

  async run(): Promise<Ended> {
    const live = await this.#world.resources.live(this.#topic)
    if (!live?.metadata.finalizers?.includes(topicFinalizer)) return { outcome: { kind: "done" } }
    const topicId = live.status?.topicId ?? this.#topic.status?.topicId
    if (!this.#wantsDeletion(live) || topicId === undefined || isInternalName(topicNameOf(live))) return this.#release(live)
    if (this.#isDenied(live)) {
      return this.#wait(
        failure("NotSupported", `deleting topics is switched off; annotate the resource with ${annotations.allowDeletion}: "true"`),
      )
    }
    const { cluster } = this.#world
    if (!cluster.ok) return this.#withoutCluster(live, cluster.error)
    const failed = await this.#remove(cluster.value.topics, topicId)
    return failed ? this.#wait(failed) : this.#release(live)
  }

  #wantsDeletion({ spec, metadata }: RivvenTopic): boolean {
    return spec.deleteOnRemove === true && metadata.annotations?.[annotations.managed] !== "false"
  }

  #isDenied({ metadata }: RivvenTopic): boolean {
    return this.#world.settings.topicDeletion === "deny" && metadata.annotations?.[annotations.allowDeletion] !== "true"
  }

  /** A cluster resource that is gone may come back; after the grace nobody waits for it any more. */
  async #withoutCluster(live: RivvenTopic, error: Failure): Promise<Ended> {
    if (error.code !== "ClusterNotFound") return this.#wait(error)
    const sinceMs = Date.parse(live.metadata.deletionTimestamp ?? "")
    const leftMs = sinceMs + this.#world.settings.orphanGraceMs - this.#world.nowMs
    if (leftMs > 0) {
      return { findings: { state: "deleting", failure: error }, outcome: { kind: "requeue", afterMs: Math.min(leftMs, 30_000) } }
    }
    this.#world.note("Warning", { reason: "Orphaned", note: `the cluster is gone; topic ${topicNameOf(live)} was not deleted` })
    return this.#release(live)
  }

  async #remove(topics: TopicAdmin, id: string): Promise<Failure | undefined> {
    const removed = await topics.remove(id)
    if (!removed.ok && !isAbsent(removed.error)) {
      const kept = await topics.observe(topicNameOf(this.#topic))
      // The broker never gives up a topic of its own: waiting for that would be for ever.
      return kept.ok && kept.value?.description.isInternal === true ? undefined : topicFailure(removed.error)
    }
    for (const waitMs of [0, secondLookMs]) {
      if (waitMs > 0) await pause(this.#world.clock, waitMs)
      const seen = await topics.observe(topicNameOf(this.#topic))
      if (!seen.ok) return topicFailure(seen.error)
      if (seen.value?.description.id === id) return failure("BrokerRefused", "the topic is still there")
      if (seen.value) {
        const note = `topic ${topicNameOf(this.#topic)} was made anew while it was being deleted; the new one is left alone`
        this.#world.note("Warning", { reason: "AutoCreateRace", note })
        break
      }
    }
    this.#world.note("Normal", { reason: "Deleted", note: `topic ${topicNameOf(this.#topic)} and its records were deleted` })
    return undefined
  }

  #wait(failed: Failure): Ended {
    return { findings: { state: "deleting", failure: failed }, outcome: retry }
  }

  async #release(live: RivvenTopic): Promise<Ended> {
    await this.#world.resources.releaseFinalizer(live)
    return { outcome: { kind: "done" } }
  }
}
