// `__cluster_metadata`: what the catalog says, as a log. The only writer of the catalog: a record is applied once it is durable.
import { InternalLog } from "../internal-log.ts"
import type { Partition } from "../log/partition.ts"
import type { Clock } from "../ports.ts"
import type { Catalog } from "./catalog.ts"
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecord } from "./metadata-records.ts"

export interface MetadataLogOptions {
  readonly partition: Partition
  readonly clock: Clock
  readonly catalog: Catalog
}

export class MetadataLog {
  readonly #log: InternalLog
  readonly #catalog: Catalog

  private constructor({ partition, clock, catalog }: MetadataLogOptions) {
    this.#log = new InternalLog(partition, clock)
    this.#catalog = catalog
  }

  /** Fills the catalog. */
  static async open(options: MetadataLogOptions): Promise<MetadataLog> {
    const log = new MetadataLog(options)
    await log.#log.replay(({ value }) => value && options.catalog.apply(decodeMetadataRecord(value)))
    return log
  }

  /** All of them or none, durable and applied when it resolves. */
  async append(records: readonly MetadataRecord[]): Promise<void> {
    await this.#log.append(records.map((record) => ({ key: null, value: encodeMetadataRecord(record) })))
    for (const record of records) this.#catalog.apply(record)
  }
}
