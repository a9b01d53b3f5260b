import type { TopicResource } from "../../sources/kube/objects.ts"
import type { Problem } from "../../view-model.ts"
import { conditionOf, isSettling } from "./rollout.ts"
import type { TopicFacts } from "./topic-facts.ts"

/** What is wrong with a topic, worst first. */
export function topicProblems(facts: TopicFacts, name: string): Problem[] {
  const listing = facts.listings.get(name)
  const resource = facts.resources.get(name)
  const problems: Problem[] = []
  if (listing && listing.offlinePartitions > 0)
    problems.push({ status: "bad", code: "OFFLINE", text: `${listing.offlinePartitions} offline` })
  if (resource) problems.push(...resourceProblems(resource))
  if (listing && listing.underReplicatedPartitions > 0)
    problems.push({ status: "warn", code: "UNDER_REPLICATED", text: `${listing.underReplicatedPartitions} under-replicated` })
  for (const rule of facts.firing.get(name) ?? []) problems.push(alertProblem(rule))
  return problems.sort((a, b) => Number(a.status === "warn") - Number(b.status === "warn"))
}

function alertProblem(rule: string): Problem {
  switch (rule) {
    case "RivvenHighLag":
      return { status: "warn", code: "HIGH_LAG", text: "high lag" }
    case "RivvenConsumerStalled":
      return { status: "warn", code: "STALLED", text: "reader stalled" }
    case "RivvenConsumerLosesData":
      return { status: "bad", code: "LOSES_DATA", text: "unread records expire" }
    default:
      return { status: "warn", code: "ALERT", text: rule.replace(/^Rivven/, "") }
  }
}

function resourceProblems({ object }: TopicResource): Problem[] {
  const problems: Problem[] = []
  const ready = conditionOf(object, "Ready")
  const drifted = conditionOf(object, "Drifted")
  if (object.metadata.deletionTimestamp !== undefined) problems.push({ status: "warn", code: "DELETING", text: "being deleted" })
  else if (ready?.status === "False" && !isSettling(object))
    problems.push({ status: "bad", code: "NOT_READY", text: `not ready: ${ready.reason}` })
  if (drifted?.status === "True") problems.push({ status: "warn", code: "DRIFT", text: driftText(object) })
  return problems
}

function driftText(object: TopicResource["object"]): string {
  const fields = (object.status?.drift ?? []).map(({ field }) => field.slice(field.lastIndexOf(".") + 1))
  const [first] = fields
  if (first === undefined) return "drift"
  return fields.length === 1 ? `drift: ${first}` : `drift: ${fields.length} fields`
}
