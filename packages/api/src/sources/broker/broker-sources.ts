// The brokers of all known clusters. A source exists while its cluster resource names an address; a new address makes a new one.
import type { Client } from "@rivven/client"
import type { Clock } from "../../ports.ts"
import { BrokerSource } from "./broker-source.ts"
import type { BudgetLimits } from "./budget.ts"

export type ConnectClient = (options: { bootstrap: readonly string[]; clientId: string }) => Client

export interface BrokerSourcesParts {
  clock: Clock
  connect: ConnectClient
  /** What may be asked of each cluster. */
  limits?: BudgetLimits
}

export class BrokerSources {
  readonly #parts: BrokerSourcesParts
  readonly #sources = new Map<string, { address: string; source: BrokerSource }>()

  constructor(parts: BrokerSourcesParts) {
    this.#parts = parts
  }

  get(cluster: string): BrokerSource | undefined {
    return this.#sources.get(cluster)?.source
  }

  all(): BrokerSource[] {
    return [...this.#sources.values()].map(({ source }) => source)
  }

  /** Follows the resource of a cluster: no servers, no source. */
  update(cluster: string, bootstrapServers: readonly string[]): void {
    const address = bootstrapServers.join(",")
    const current = this.#sources.get(cluster)
    if (current?.address === address) return
    if (current) void current.source.close()
    this.#sources.delete(cluster)
    if (bootstrapServers.length === 0) return
    const { clock, connect, limits } = this.#parts
    const source = new BrokerSource({
      cluster,
      clock,
      limits,
      client: connect({ bootstrap: bootstrapServers, clientId: "rivven-console" }),
    })
    this.#sources.set(cluster, { address, source })
  }

  async close(): Promise<void> {
    const sources = this.all()
    this.#sources.clear()
    await Promise.all(sources.map((source) => source.close()))
  }
}
