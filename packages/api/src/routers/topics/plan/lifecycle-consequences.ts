// Making, adopting and deleting a topic.
import type { RivvenTopicSpec } from "@rivven/resources"
import { bytesWords, counted, durationWords, listWords, settingDurationWords } from "../../../words.ts"
import { type CodedConsequence, worstFirst } from "./consequences.ts"
import type { ObservedTopic } from "./observed.ts"
import { type TopicShape, wantedShape } from "./shape.ts"

export function createConsequences(topic: string, spec: RivvenTopicSpec): CodedConsequence[] {
  const shape = wantedShape(spec)
  const partitions = shape.partitions === undefined ? "the cluster's default number of partitions" : counted(shape.partitions, "partition")
  const found: CodedConsequence[] = [
    { code: "CREATES", status: "info", claim: `${topic} is made with ${partitions}`, detail: retentionWords(shape) },
  ]
  if (spec.deleteOnRemove) found.push(deletesWithResource())
  else
    found.push({
      code: "OUTLIVES",
      status: "info",
      claim: "The topic outlives its resource",
      detail: "Deleting the resource leaves topic and records in place.",
    })
  return worstFirst(found)
}

function deletesWithResource(): CodedConsequence {
  return {
    code: "DELETE_ON_REMOVE",
    status: "warn",
    claim: "Deleting the resource will delete the records",
    detail: "deleteOnRemove is on: also when a Git path or a namespace goes.",
  }
}

/** Of a lifecycle field that a change of the resource turns. */
export function lifecycleConsequences(before: RivvenTopicSpec, after: RivvenTopicSpec): CodedConsequence[] {
  return after.deleteOnRemove && !before.deleteOnRemove ? [deletesWithResource()] : []
}

function retentionWords({ configs }: TopicShape): string {
  const policy = configs.get("cleanup.policy") ?? "delete"
  if (!policy.includes("delete")) return "It keeps the newest record of each key."
  const ms = Number(configs.get("retention.ms") ?? -1)
  return ms < 0 ? "Records are kept for ever." : `Records are kept for ${settingDurationWords(ms)}.`
}

export function adoptConsequences(changes: number): CodedConsequence[] {
  return changes === 0
    ? [
        {
          code: "ADOPTS",
          status: "ok",
          claim: "The topic gets a resource that says what it is now",
          detail: "Nothing changes on the broker. From then on the operator reverts foreign changes.",
        },
      ]
    : [
        {
          code: "ADOPTS_CHANGED",
          status: "info",
          claim: "The topic exists already and is taken over",
          detail: `${counted(changes, "setting")} of it will change; the diff names ${changes === 1 ? "it" : "them"}.`,
        },
      ]
}

/** Who wrote this long ago is taken to write still. */
const writesMs = 5 * 60_000

export function deleteConsequences(observed: ObservedTopic, nowMs: number): CodedConsequence[] {
  const bytes = observed.partitions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const records = observed.partitions.reduce((sum, { start, end }) => sum + (end - start), 0)
  const deleted: CodedConsequence =
    records === 0
      ? {
          code: "DELETES_EMPTY",
          status: "warn",
          claim: "The topic is deleted; it holds no record",
          detail: "Its configs and committed offsets go with it.",
        }
      : {
          code: "DELETES",
          status: "bad",
          claim: `${bytesWords(bytes)} and ${counted(records, "record")} are deleted`,
          detail: "At once, on all brokers. It cannot be undone.",
        }
  return worstFirst([deleted, ...readersLose(observed), ...writersLose(observed, nowMs)])
}

function readersLose({ readers }: ObservedTopic): CodedConsequence[] {
  const active = readers.filter(({ members }) => members > 0).map(({ group }) => group)
  const idle = readers.filter(({ members }) => members === 0).map(({ group }) => group)
  const found: CodedConsequence[] = []
  if (active.length > 0)
    found.push({
      code: `READERS ${active.toSorted().join()}`,
      status: "bad",
      claim: `${listWords(active)} ${active.length === 1 ? "is" : "are"} reading it now`,
      detail: "Their members will get errors for its partitions.",
    })
  if (idle.length > 0)
    found.push({
      code: `COMMITS ${idle.toSorted().join()}`,
      status: "warn",
      claim: `${listWords(idle)} committed offsets on it`,
      detail: "No member reads it now; the offsets are forgotten.",
    })
  if (readers.length === 0)
    found.push({ code: "NO_READERS", status: "info", claim: "No group reads it", detail: "Consumers without a group are not seen." })
  return found
}

function writersLose({ recordsInPerSecond, newestRecordMs }: ObservedTopic, nowMs: number): CodedConsequence[] {
  const age = newestRecordMs === null ? Number.POSITIVE_INFINITY : Math.max(0, nowMs - newestRecordMs)
  const isWritten = (recordsInPerSecond ?? 0) > 0
  if (!isWritten && age >= writesMs) return []
  const claim = isWritten ? "Records arrive now" : `The newest record came ${durationWords(age)} ago`
  return [
    {
      code: "WRITERS",
      status: "bad",
      claim,
      detail: "With automatic creation on, a producer that goes on writing brings the topic back empty.",
    },
  ]
}

export function releaseConsequences(): CodedConsequence[] {
  return [
    {
      code: "RELEASES",
      status: "info",
      claim: "The topic stays, with its records and configs",
      detail: "Only the resource goes; the topic is then unmanaged.",
    },
  ]
}
