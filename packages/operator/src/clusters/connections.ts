// One connection per cluster resource, made on first use and again when its address changes. Owns the clients.
import type { Client } from "@rivven/client"
import type { RivvenCluster } from "@rivven/resources"
import { type Failure, failure } from "../errors.ts"
import type { OperatorPorts } from "../ports.ts"
import { type BatchLimits, createTopicAdmin, type TopicAdmin } from "./topic-admin.ts"

export type Connection = { client: Client; topics: TopicAdmin }
export type Reached = { ok: true; value: Connection } | { ok: false; error: Failure }

type Open = Connection & { address: string }

export class Connections {
  readonly #open = new Map<string, Open>()
  readonly #ports: OperatorPorts
  readonly #limits: BatchLimits

  constructor(ports: OperatorPorts, limits: BatchLimits) {
    this.#ports = ports
    this.#limits = limits
  }

  /** Says why a cluster cannot be reached at all; that it does not answer shows only when it is asked. */
  to(key: string, cluster: RivvenCluster): Reached {
    const { external } = cluster.spec
    if (!external) return { ok: false, error: failure("WorkloadsUnavailable", workloadsUnavailable) }
    const unsupported = unsupportedLogin(external)
    if (unsupported) return { ok: false, error: unsupported }
    const address = JSON.stringify([cluster.metadata.uid, external.bootstrapServers])
    const open = this.#open.get(key)
    if (open?.address === address) return { ok: true, value: open }
    this.forget(key)
    const client = this.#ports.connect({
      bootstrap: external.bootstrapServers,
      clientId: "rivven-operator",
      callTimeoutMs: this.#limits.callTimeoutMs,
      // One attempt takes half of a call, so that a broker that hangs leaves time for another.
      requestTimeoutMs: Math.ceil(this.#limits.callTimeoutMs / 2),
      ports: { clock: this.#ports.clock, random: this.#ports.random },
    })
    const made: Open = { client, topics: createTopicAdmin(client, { clock: this.#ports.clock, limits: this.#limits }), address }
    this.#open.set(key, made)
    return { ok: true, value: made }
  }

  forget(key: string): void {
    const open = this.#open.get(key)
    this.#open.delete(key)
    void open?.client.close()
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(({ client }) => client.close()))
  }
}

export const workloadsUnavailable = "this operator runs no nodes here; give spec.external.bootstrapServers the address of a running cluster"

function unsupportedLogin({ sasl, tls }: NonNullable<RivvenCluster["spec"]["external"]>): Failure | undefined {
  if (sasl) return failure("NotSupported", "spec.external.sasl: login to external clusters is not supported by this version")
  if (tls?.enabled) return failure("NotSupported", "spec.external.tls: TLS to external clusters is not supported by this version")
  return undefined
}
