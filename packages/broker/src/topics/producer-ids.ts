// Ids of idempotent producers: each is given once in the life of the data directory, from blocks that are durable before their first use.
import type { Catalog } from "./catalog.ts"
import type { MetadataLog } from "./metadata-log.ts"

const blockSize = 1_000

export class ProducerIds {
  readonly #options: { readonly catalog: Catalog; readonly log: MetadataLog; readonly nodeId: number }
  #next = 0
  #end = 0
  #claim: Promise<void> | null = null

  constructor(options: { readonly catalog: Catalog; readonly log: MetadataLog; readonly nodeId: number }) {
    this.#options = options
  }

  async next(): Promise<number> {
    while (this.#next >= this.#end) await this.#claimBlock()
    return this.#next++
  }

  #claimBlock(): Promise<void> {
    this.#claim ??= this.#append().finally(() => {
      this.#claim = null
    })
    return this.#claim
  }

  async #append(): Promise<void> {
    const { catalog, log, nodeId } = this.#options
    const start = catalog.nextProducerId
    await log.append([{ type: "producerIds", nodeId, nextProducerId: start + blockSize }])
    this.#next = start
    this.#end = start + blockSize
  }
}
