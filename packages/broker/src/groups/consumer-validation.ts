// What a heartbeat of the newer protocol may say, apart from the group's state.
import { assignors } from "./consumer-assignors.ts"
import { type ConsumerHeartbeat, type ConsumerReply, epochs } from "./consumer-state.ts"
import { matcherOf } from "./consumer-subscriptions.ts"

export function whyInvalid(request: ConsumerHeartbeat, allowed: readonly string[]): ConsumerReply | null {
  const reason = malformation(request)
  if (reason !== null) return refused("INVALID_REQUEST", reason)
  const { assignor, regex } = request
  if (assignor !== null && !(allowed.includes(assignor) && assignors.has(assignor))) {
    return refused("UNSUPPORTED_ASSIGNOR", `there is no assignor ${assignor}; there are ${allowed.join(", ")}`)
  }
  if (regex !== null && regex !== "" && matcherOf(regex) === null) {
    return refused("INVALID_REGULAR_EXPRESSION", "the regular expression is none of the syntax RE2")
  }
  return null
}

function malformation({ memberId, epoch, instanceId, rackId, ...request }: ConsumerHeartbeat): string | null {
  if (memberId === "") return "memberId is empty; a member has an id"
  if (instanceId === "" || rackId === "") return "instanceId and rackId are null or not empty"
  if (epoch < epochs.leaveForNow) return `memberEpoch is ${epoch}; it is 0 to join, -1 or -2 to leave, or the epoch of the last answer`
  if (epoch === epochs.leaveForNow && instanceId === null)
    return `memberEpoch ${epochs.leaveForNow} needs an instanceId: only a static member leaves and may come back`
  return epoch === epochs.join ? malformedJoin(request) : null
}

function malformedJoin({
  rebalanceTimeoutMs,
  owned,
  topicNames,
  regex,
}: Omit<ConsumerHeartbeat, "memberId" | "epoch" | "instanceId" | "rackId">) {
  if (rebalanceTimeoutMs < 0) return "rebalanceTimeoutMs is missing; a member that joins gives it, 0 or more"
  if (owned === null || owned.size > 0) return "topicPartitions is an empty list for a member that joins; it owns nothing yet"
  return topicNames === null && regex === null
    ? "subscribedTopicNames and subscribedTopicRegex are both null; a member that joins gives one of them"
    : null
}

function refused(error: "INVALID_REQUEST" | "UNSUPPORTED_ASSIGNOR" | "INVALID_REGULAR_EXPRESSION", message: string): ConsumerReply {
  return { error, message, memberId: null, epoch: 0, assignment: null }
}
