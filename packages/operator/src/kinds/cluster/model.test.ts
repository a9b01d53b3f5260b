import { kinds, type RivvenCluster } from "@rivven/resources"
import { expect, test } from "vitest"
import { failure } from "../../errors.ts"
import { isNamespaceAllowed } from "./admission.ts"
import { clusterStatus } from "./model.ts"

const now = new Date("2026-01-31T12:00:00Z")

function clusterOf(spec: object): RivvenCluster {
  return kinds.cluster.schema.parse({
    apiVersion: "rivven.io/v1alpha1",
    kind: "RivvenCluster",
    metadata: { name: "local", namespace: "default", generation: 1 },
    spec: { external: { bootstrapServers: ["127.0.0.1:9292"] }, ...spec },
  })
}

const broker = (id: number, host = `h${id}`) => ({ id, host, port: 9292, rack: null, isFenced: false })

test("says Running, who is in it and where to connect", () => {
  const description = { clusterId: "c", controllerId: 1, brokers: [broker(0), broker(1, "::1")] }
  const status = clusterStatus(clusterOf({}), { state: "described", description }, now)
  expect(status).toMatchObject({
    phase: "Running",
    clusterId: "c",
    leader: "1",
    replicas: 2,
    readyReplicas: 2,
    brokerEndpoints: ["h0:9292", "[::1]:9292"],
    endpoints: { client: "127.0.0.1:9292" },
  })
  expect(clusterStatus({ ...clusterOf({}), status }, { state: "described", description }, new Date())).toEqual(status)
})

test("cuts an answer that is larger than the schema takes", () => {
  const brokers = Array.from({ length: 500 }, (_, id) => broker(id, "h".repeat(900)))
  const description = { clusterId: "c".repeat(900), controllerId: null, brokers }
  const status = clusterStatus(clusterOf({}), { state: "described", description }, now)
  expect(kinds.cluster.schema.safeParse({ ...clusterOf({}), status }).error?.issues).toBeUndefined()
})

test("keeps what it knew of a cluster that does not answer, and says that nothing is ready", () => {
  const description = { clusterId: "c", controllerId: 0, brokers: [broker(0)] }
  const before = clusterStatus(clusterOf({}), { state: "described", description }, now)
  const status = clusterStatus(
    { ...clusterOf({}), status: before },
    { state: "failed", failure: failure("ClusterUnreachable", "gone") },
    now,
  )
  expect(status).toMatchObject({ phase: "Degraded", clusterId: "c", readyReplicas: 0, message: "gone" })
})

test("says an outage once, however the next attempts fail", () => {
  const first = clusterStatus(clusterOf({}), { state: "failed", failure: failure("ClusterUnreachable", "refused") }, now)
  const again = clusterStatus(
    { ...clusterOf({}), status: first },
    { state: "failed", failure: failure("ClusterUnreachable", "timed out") },
    now,
  )
  expect(again).toEqual(first)
})

test("admits its own namespace, all, or those a selector picks", () => {
  const asking = { namespace: "team", labels: { env: "prod" } }
  expect(isNamespaceAllowed(clusterOf({}), asking)).toBe(false)
  expect(isNamespaceAllowed(clusterOf({}), { ...asking, namespace: "default" })).toBe(true)
  expect(isNamespaceAllowed(clusterOf({ allowedNamespaces: { from: "All" } }), asking)).toBe(true)
  const selecting = (selector: object) => clusterOf({ allowedNamespaces: { from: "Selector", selector } })
  expect(isNamespaceAllowed(selecting({ matchLabels: { env: "prod" } }), asking)).toBe(true)
  expect(isNamespaceAllowed(selecting({ matchExpressions: [{ key: "env", operator: "NotIn", values: ["prod"] }] }), asking)).toBe(false)
  expect(isNamespaceAllowed(selecting({ matchExpressions: [{ key: "env", operator: "Nearly" }] }), asking)).toBe(false)
})
