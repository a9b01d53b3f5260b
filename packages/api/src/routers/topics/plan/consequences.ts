// What a change does, in words: pure, from what the broker has now and what it is asked to have. Worst first. Each consequence has a code, so that
// two plans can be compared without the numbers that move by themselves.
import type { Consequence } from "../plan-schema.ts"
import { configConsequences } from "./config-consequences.ts"
import type { Cutoff, ObservedTopic } from "./observed.ts"
import { partitionConsequences } from "./partition-consequences.ts"
import { retentionConsequences } from "./retention-consequences.ts"
import { changedConfigs, type TopicShape } from "./shape.ts"

export interface CodedConsequence extends Consequence {
  code: string
}

export interface ChangeFacts {
  observed: ObservedTopic
  wanted: TopicShape
  nowMs: number
  /** For a shorter retention, by partition; empty when retention does not shrink. */
  cutoffs: readonly (Cutoff | undefined)[]
}

const rank: Record<Consequence["status"], number> = { bad: 0, warn: 1, info: 2, ok: 3 }

export function worstFirst<C extends Consequence>(consequences: readonly C[]): C[] {
  return consequences.toSorted((a, b) => rank[a.status] - rank[b.status])
}

/** Of a change of a topic that exists. Says so when nothing unusual happens. */
export function changeConsequences(facts: ChangeFacts): CodedConsequence[] {
  const edits = changedConfigs(facts.observed, facts.wanted)
  const found = [
    ...retentionConsequences(facts),
    ...partitionConsequences(facts),
    ...edits.flatMap((edit) => configConsequences(edit, facts)),
  ]
  const isQuiet = found.every(({ status }) => status === "info" || status === "ok")
  return worstFirst(isQuiet ? [...found, nothingUnusual(facts, edits.length > 0)] : found)
}

function nothingUnusual({ observed, wanted }: ChangeFacts, hasConfigEdits: boolean): CodedConsequence {
  const touchesBroker = hasConfigEdits || (wanted.partitions !== undefined && wanted.partitions !== observed.topic?.partitions)
  return touchesBroker
    ? {
        code: "QUIET",
        status: "ok",
        claim: "No record is deleted, no key moves",
        detail: "Applied while it runs; no client is interrupted.",
      }
    : { code: "RESOURCE_ONLY", status: "ok", claim: "Nothing changes on the broker", detail: "Only the resource is written." }
}
