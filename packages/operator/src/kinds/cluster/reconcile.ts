// One run over one RivvenCluster: paused, external, asked. Nodes are not run here, so a cluster without an address cannot become ready.
import type { RivvenCluster } from "@rivven/resources"
import type { Reached } from "../../clusters/connections.ts"
import { type Failure, fromClient } from "../../errors.ts"
import { annotations } from "../../names.ts"
import type { ClusterFindings } from "./model.ts"

export type ClusterWorld = { connect: () => Reached; timeoutMs: number }

export async function reconcileCluster(cluster: RivvenCluster, { connect, timeoutMs }: ClusterWorld): Promise<ClusterFindings> {
  if (cluster.metadata.annotations?.[annotations.paused] === "true") return { state: "paused" }
  const reached = connect()
  if (!reached.ok) return failed(reached.error)
  const described = await reached.value.client.admin.cluster.describe({ timeoutMs })
  return described.ok ? { state: "described", description: described.value } : failed(fromClient(described.error))
}

function failed(failure: Failure): ClusterFindings {
  return { state: "failed", failure }
}
