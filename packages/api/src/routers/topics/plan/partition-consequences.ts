// More partitions: keys move. Another replication factor: data moves, or the change is refused.
import { counted, listWords } from "../../../words.ts"
import type { ChangeFacts, CodedConsequence } from "./consequences.ts"

export function partitionConsequences({ observed, wanted }: ChangeFacts): CodedConsequence[] {
  const { topic } = observed
  if (!topic) return []
  const found: CodedConsequence[] = []
  if (wanted.partitions !== undefined && wanted.partitions > topic.partitions) found.push(...morePartitions(observed, wanted.partitions))
  if (wanted.replicationFactor !== undefined && wanted.replicationFactor !== topic.replicationFactor)
    found.push(otherReplication(topic.replicationFactor, wanted.replicationFactor))
  return found
}

function morePartitions({ topic, readers, partitions }: ChangeFacts["observed"], wanted: number): CodedConsequence[] {
  const before = topic?.partitions ?? 0
  const records = partitions.reduce((sum, { start, end }) => sum + (end - start), 0)
  const keys: CodedConsequence = {
    code: "KEYS_MOVE",
    status: "warn",
    claim: "Keys move to other partitions",
    detail:
      records === 0
        ? "The topic is empty, so no order is lost. The number of partitions can never go down again."
        : `A key's new records may go to another partition than its ${counted(records, "earlier record")}: their order across the change is not kept. It cannot be undone.`,
  }
  const active = readers.filter(({ members }) => members > 0).map(({ group }) => group)
  const rebalance: CodedConsequence =
    active.length > 0
      ? {
          code: `REBALANCE ${active.toSorted().join()}`,
          status: "warn",
          claim: `${counted(active.length, "group")} will rebalance`,
          detail: `${listWords(active)} ${active.length === 1 ? "takes" : "take"} up the new partitions once their members see them, within minutes.`,
        }
      : { code: "NO_REBALANCE", status: "info", claim: "No group reads it now", detail: `${wanted - before} empty partitions are added.` }
  return [keys, rebalance]
}

function otherReplication(from: number, to: number): CodedConsequence {
  return {
    code: "REPLICATION",
    status: "warn",
    claim: `Replication ${from} → ${to} moves data between brokers`,
    detail: "Only with the policy Reassign; otherwise the operator refuses it and says so in the resource's status.",
  }
}
