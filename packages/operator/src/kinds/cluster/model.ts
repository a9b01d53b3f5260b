// Pure: the status of a RivvenCluster that somebody else runs, from what it says about itself. What comes over the wire is cut to what the
// schema takes: it is not ours.
import type { ClusterDescription } from "@rivven/client"
import { setCondition } from "@rivven/kube"
import type { RivvenCluster, RivvenClusterStatus } from "@rivven/resources"
import type { Failure } from "../../errors.ts"

export type ClusterReason = Failure["code"] | "ClusterReady" | "NoBrokers" | "Requested"

type ClusterCondition = {
  type: "Ready" | "Available" | "Paused"
  status: "True" | "False" | "Unknown"
  reason: ClusterReason
  message: string
}

export type ClusterFindings =
  | { state: "paused" }
  | { state: "failed"; failure: Failure }
  | { state: "described"; description: ClusterDescription }

const externalNote = "the nodes of this cluster are run by somebody else; fields about nodes are ignored"

export function clusterStatus(cluster: RivvenCluster, findings: ClusterFindings, now: Date): RivvenClusterStatus {
  const { status: before, metadata } = cluster
  const generation = metadata.generation ?? 0
  const steady = withFirstMessage(cluster, findings)
  const kept = (before?.conditions ?? []).filter(({ type }) => type !== "Paused" || findings.state === "paused")
  const conditions = conditionsOf(steady).reduce<readonly Condition[]>(
    (list, condition) => setCondition(list, { ...condition, observedGeneration: generation }, now),
    kept,
  )
  return { ...observedFields(cluster, steady), phase: phaseOf(findings), observedGeneration: generation, conditions: [...conditions] }
}

type Condition = NonNullable<RivvenClusterStatus["conditions"]>[number]

/** An outage fails in changing words; the first ones stay, so that it is written once. */
function withFirstMessage({ status }: RivvenCluster, findings: ClusterFindings): ClusterFindings {
  if (findings.state !== "failed" || findings.failure.code !== "ClusterUnreachable") return findings
  const before = status?.conditions?.find(({ type }) => type === "Ready")
  if (before?.status !== "False" || before.reason !== findings.failure.code) return findings
  return { state: "failed", failure: { ...findings.failure, message: before.message } }
}

function conditionsOf(findings: ClusterFindings): ClusterCondition[] {
  switch (findings.state) {
    case "paused":
      return [{ type: "Paused", status: "True", reason: "Requested", message: 'rivven.io/paused is "true": nothing is looked at' }]
    case "failed":
      return readiness("False", { reason: findings.failure.code, message: findings.failure.message })
    case "described": {
      const count = usable(findings.description).length
      return count === 0
        ? readiness("False", { reason: "NoBrokers", message: "the cluster answers and names no broker" })
        : readiness("True", { reason: "ClusterReady", message: "the cluster answers" })
    }
  }
}

function readiness(status: "True" | "False", said: { reason: ClusterReason; message: string }): ClusterCondition[] {
  return [
    { type: "Ready", status, ...said },
    { type: "Available", status, ...said },
  ]
}

function phaseOf(findings: ClusterFindings): RivvenClusterStatus["phase"] {
  if (findings.state === "paused") return "Paused"
  if (findings.state === "described") return usable(findings.description).length === 0 ? "Degraded" : "Running"
  return findings.failure.code === "ClusterUnreachable" ? "Degraded" : "Failed"
}

function observedFields(cluster: RivvenCluster, findings: ClusterFindings): RivvenClusterStatus {
  const { phase: _phase, observedGeneration: _generation, conditions: _conditions, message: _message, ...kept } = cluster.status ?? {}
  if (findings.state === "paused") return kept
  if (findings.state === "failed") return { ...kept, readyReplicas: 0, message: clip(findings.failure.message, 4096) }
  const { clusterId, controllerId } = findings.description
  const brokers = usable(findings.description)
  const client = cluster.spec.external?.bootstrapServers[0]
  return {
    ...(clusterId !== null && { clusterId: clip(clusterId, 64) }),
    ...(controllerId !== null && { leader: String(controllerId) }),
    replicas: findings.description.brokers.length,
    readyReplicas: brokers.length,
    brokerEndpoints: brokers.slice(0, 100).map(({ host, port }) => clip(addressOf(host, port), 300)),
    ...(client !== undefined && { endpoints: { client } }),
    message: externalNote,
  }
}

function usable({ brokers }: ClusterDescription): ClusterDescription["brokers"] {
  return brokers.filter(({ isFenced }) => !isFenced)
}

function addressOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}

function clip(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max)
}
