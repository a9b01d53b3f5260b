// Why a resource is not what it should be. The codes are the closed set of reasons of its conditions; `isTerminal` says whether trying again
// without a change of the spec can help.
import type { ItemError, LocalCode } from "@rivven/client"

const codes = {
  /** The cluster resource does not exist (yet). */
  ClusterNotFound: "retry",
  /** The cluster does not admit resources of this namespace. */
  ClusterNotAllowed: "terminal",
  ClusterUnreachable: "retry",
  /** The cluster has no address: it is not external, and no workloads are run here. */
  WorkloadsUnavailable: "terminal",
  /** Login or TLS that this operator cannot do. */
  NotSupported: "terminal",
  InvalidSpec: "terminal",
  /** An older resource has this topic. */
  ResourceConflict: "terminal",
  /** The topic is the broker's own. */
  InternalTopic: "terminal",
  /** The topic exists and must not be adopted. */
  TopicExists: "terminal",
  /** The broker refuses a config. */
  InvalidConfig: "terminal",
  /** Set, accepted and yet not so when read back. */
  ConfigNotApplied: "terminal",
  /** The broker refuses something else. */
  BrokerRefused: "retry",
  /** The broker answers that it cannot do it, or not yet: its disk, its controller, a fault of its own. */
  BrokerFailed: "retry",
} as const

export type FailureCode = keyof typeof codes

/** An expected failure is a value. `message` is shown to the user: it names the field and holds no secret. */
export type Failure = { code: FailureCode; message: string }

export function failure(code: FailureCode, message: string): Failure {
  return { code, message }
}

export function isTerminal({ code }: Failure): boolean {
  return codes[code] === "terminal"
}

const localCodes: Record<LocalCode, FailureCode> = {
  ABORTED: "BrokerRefused",
  BAD_INPUT: "BrokerRefused",
  BAD_ANSWER: "BrokerRefused",
  BUFFER_FULL: "ClusterUnreachable",
  CLOSED: "ClusterUnreachable",
  CONNECT_FAILED: "ClusterUnreachable",
  CONNECTION_LOST: "ClusterUnreachable",
  CORRUPT_BATCH: "BrokerRefused",
  LOG_TRUNCATED: "BrokerRefused",
  NOT_A_MEMBER: "BrokerRefused",
  NO_BROKER: "ClusterUnreachable",
  NO_LEADER: "ClusterUnreachable",
  TIMEOUT: "ClusterUnreachable",
  UNKNOWN_BROKER: "BrokerRefused",
  UNSUPPORTED_BY_CLUSTER: "NotSupported",
  UNTRUSTED_BROKER: "ClusterUnreachable",
}

/** Of the broker's codes those that say something about the resource; the others are a refusal, or trouble of the broker. */
const brokerCodes: Partial<Record<ItemError["code"], FailureCode>> = {
  INVALID_CONFIG: "InvalidConfig",
  INVALID_PARTITIONS: "InvalidSpec",
  INVALID_REPLICATION_FACTOR: "InvalidSpec",
  INVALID_REPLICA_ASSIGNMENT: "InvalidSpec",
  INVALID_TOPIC_EXCEPTION: "InvalidSpec",
  KAFKA_STORAGE_ERROR: "BrokerFailed",
  UNKNOWN_SERVER_ERROR: "BrokerFailed",
  UNSUPPORTED_VERSION: "NotSupported",
}

export function fromClient(error: ItemError): Failure {
  const local = localCodes[error.code as LocalCode] as FailureCode | undefined
  const code = local ?? brokerCodes[error.code] ?? (error.retriable ? "BrokerFailed" : "BrokerRefused")
  return { code, message: error.message.slice(0, 1000) }
}

/** The call may have been carried out all the same: this attempt of it, or one before it that was lost. */
export function isOutcomeUnknown(error: ItemError): boolean {
  const lost: readonly ItemError["code"][] = ["REQUEST_TIMED_OUT", "NETWORK_EXCEPTION", "BAD_ANSWER"]
  return lost.includes(error.code) || fromClient(error).code === "ClusterUnreachable"
}

/** The call took longer than it may. */
export function isOverdue({ code }: ItemError): boolean {
  return code === "TIMEOUT" || code === "REQUEST_TIMED_OUT"
}

/** Of an outage the topics say one and the same sentence, however the calls fail: details stand in the cluster's status, written once. */
export function topicFailure(error: ItemError): Failure {
  const failed = fromClient(error)
  return failed.code === "ClusterUnreachable" ? { ...failed, message: "the cluster does not answer; its RivvenCluster says more" } : failed
}

/** What the caller of `start` may see: wrong settings. Everything else becomes a condition or a log line. */
export class OperatorError extends Error {
  override readonly name = "OperatorError"
  readonly code: "BadSettings" | "NotSynced"

  constructor(code: "BadSettings" | "NotSynced", message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
