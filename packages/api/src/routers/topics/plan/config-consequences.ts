// Other configs: one function per key that can hurt; the rest says that it is applied while the topic runs.
import { settingBytesWords } from "../../../words.ts"
import type { ChangeFacts, CodedConsequence } from "./consequences.ts"
import type { ConfigEdit } from "./shape.ts"

type Judge = (edit: ConfigEdit, facts: ChangeFacts) => CodedConsequence[]

const judges: Readonly<Record<string, Judge>> = {
  "cleanup.policy": cleanupPolicy,
  "min.insync.replicas": minInsync,
  "max.message.bytes": maxMessage,
  "compression.type": compression,
  "message.timestamp.type": timestamps,
  "segment.bytes": segmentSize,
  "unclean.leader.election.enable": uncleanElection,
}

export function configConsequences(edit: ConfigEdit, facts: ChangeFacts): CodedConsequence[] {
  return judges[edit.name]?.(edit, facts) ?? []
}

function cleanupPolicy({ from = "delete", to }: ConfigEdit): CodedConsequence[] {
  const found: CodedConsequence[] = []
  if (to.includes("compact") && !from.includes("compact"))
    found.push(
      {
        code: "COMPACTS",
        status: "bad",
        claim: "Older records of each key become deletable",
        detail: "Compaction keeps the newest record per key. It cannot be undone.",
      },
      {
        code: "NEEDS_KEYS",
        status: "warn",
        claim: "Records without a key are refused from then on",
        detail: "Producers that send none get INVALID_RECORD.",
      },
    )
  if (to.includes("delete") && !from.includes("delete"))
    found.push({
      code: "EXPIRES",
      status: "bad",
      claim: "Records become deletable by age and size",
      detail: "Also the newest record of a key, once it is older than the retention. It cannot be undone.",
    })
  if (!to.includes("delete") && from.includes("delete"))
    found.push({
      code: "KEPT",
      status: "warn",
      claim: "Records are no longer deleted by age",
      detail: "The topic grows with the number of its keys.",
    })
  return found
}

function minInsync({ to }: ConfigEdit, { observed }: ChangeFacts): CodedConsequence[] {
  const replicas = observed.topic?.replicationFactor ?? 0
  const wanted = Number(to)
  if (wanted > replicas)
    return [
      {
        code: "BLOCKS_WRITES",
        status: "bad",
        claim: "Writes with acks=all are refused",
        detail: `${wanted} in-sync replicas are asked for and a partition has ${replicas}.`,
      },
    ]
  if (wanted === replicas && replicas > 1)
    return [
      { code: "NO_SPARE", status: "warn", claim: "One lost replica blocks writes", detail: `All ${replicas} replicas must be in sync.` },
    ]
  return []
}

function maxMessage({ from, to }: ConfigEdit): CodedConsequence[] {
  const [before, after] = [Number(from), Number(to)]
  if (after < before)
    return [
      {
        code: "REFUSES_LARGE",
        status: "warn",
        claim: `Batches above ${settingBytesWords(after)} are refused`,
        detail: `Until now up to ${settingBytesWords(before)} were taken; producers get RECORD_TOO_LARGE.`,
      },
    ]
  return [
    {
      code: "LARGER",
      status: "info",
      claim: `Batches up to ${settingBytesWords(after)} are taken`,
      detail: "Consumers need to fetch as much at once.",
    },
  ]
}

function compression({ to }: ConfigEdit): CodedConsequence[] {
  const detail =
    to === "producer"
      ? "Batches are stored as they arrive."
      : `New batches are stored as ${to}; those in other codecs are recompressed, which costs the broker CPU.`
  return [{ code: "COMPRESSION", status: "info", claim: "Only new batches change", detail }]
}

function timestamps({ to }: ConfigEdit): CodedConsequence[] {
  const whose = to === "LogAppendTime" ? "the broker's" : "the producer's"
  return [
    { code: "TIMESTAMPS", status: "info", claim: `New records carry ${whose} time`, detail: "Retention and seeks by time follow it." },
  ]
}

function segmentSize({ from, to }: ConfigEdit): CodedConsequence[] {
  const direction = Number(to) > Number(from) ? "later" : "sooner"
  return [
    {
      code: "SEGMENTS",
      status: "info",
      claim: `Old records go ${direction}`,
      detail: "Retention removes whole segments; the present ones keep their size.",
    },
  ]
}

function uncleanElection({ to }: ConfigEdit): CodedConsequence[] {
  if (to !== "true") return []
  return [
    {
      code: "UNCLEAN",
      status: "bad",
      claim: "Acknowledged records can be lost",
      detail: "A replica that lacks them may become the leader.",
    },
  ]
}
