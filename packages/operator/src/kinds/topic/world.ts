// What one run over a RivvenTopic is given: everything it may look at or touch, and nothing else.
import type { RivvenTopic } from "@rivven/resources"
import type { TopicAdmin } from "../../clusters/topic-admin.ts"
import type { Outcome } from "../../controller.ts"
import type { Failure } from "../../errors.ts"
import type { Clock } from "../../ports.ts"
import type { Findings } from "./status.ts"

export type TopicSettings = {
  topicDeletion: "allow" | "deny"
  /** How long a deletion waits for a cluster resource that is gone. */
  orphanGraceMs: number
  concurrency: number
}

export type ReachedCluster = { topics: TopicAdmin; allowList: readonly string[] | undefined }

/** Everything a run may look at or touch. */
export type TopicWorld = {
  cluster: { ok: true; value: ReachedCluster } | { ok: false; error: Failure }
  /** All resources that want the same topic, this one included. */
  claimants: readonly RivvenTopic[]
  resources: TopicResources
  settings: TopicSettings
  clock: Clock
  nowMs: number
  note: (type: "Normal" | "Warning", event: { reason: string; note: string }) => void
}

export type TopicResources = {
  live: (topic: RivvenTopic) => Promise<RivvenTopic | undefined>
  ensureFinalizer: (topic: RivvenTopic) => Promise<RivvenTopic>
  releaseFinalizer: (topic: RivvenTopic) => Promise<void>
  writeStatus: (topic: RivvenTopic, findings: Findings) => Promise<void>
}

/** How a run ended. Without findings the status stays as it is. */
export type Ended = { findings?: Findings; outcome: Outcome }
