// Markers: the control batches that tell each log of a transaction how it ended.
import { encodeControlBatch } from "@rivven/protocol/records"
import { BrokerError } from "../errors.ts"
import type { Partition } from "../log/partition.ts"
import type { Clock } from "../ports.ts"
import { consumerOffsetsTopic } from "../topics/topic-name.ts"
import type { TransactionPartition } from "./state.ts"

export interface MarkerOptions {
  readonly clock: Clock
  /** The log of a partition; undefined when the topic has gone or is another one now. */
  readonly logOf: (partition: TransactionPartition) => Partition | undefined
  /** Offsets of groups take part in transactions; their log heard the outcome. */
  readonly onOffsetsEnded: (producerId: number, isCommit: boolean) => void
}

export interface Marker {
  readonly producerId: number
  readonly epoch: number
  readonly isCommit: boolean
  /** Only where a transaction of an earlier epoch is open: after a restart, when some logs may have the marker already. */
  readonly onlyOpenBelow?: number
}

export class Markers {
  readonly #options: MarkerOptions

  constructor(options: MarkerOptions) {
    this.#options = options
  }

  /** Everything written so far is on the disk, whatever the topic's durability. */
  async flush(partitions: Iterable<TransactionPartition>): Promise<void> {
    const logs = [...partitions].flatMap((partition) => this.#options.logOf(partition) ?? [])
    await Promise.all(logs.map((log) => log.makeDurable()))
  }

  /** Appends all of them in one stretch and waits for the disk. Rejects with a `BrokerError`; some may be written then. */
  async write(partitions: Iterable<TransactionPartition>, marker: Marker): Promise<void> {
    const waits: Promise<void>[] = []
    for (const partition of partitions) {
      const log = this.#options.logOf(partition)
      if (log && this.#isWanted(log, marker)) waits.push(this.append(log, { ...marker, coordinatorEpoch: 0 }))
    }
    const failed = (await Promise.allSettled(waits)).find((result) => result.status === "rejected")
    if (failed) throw failed.reason
  }

  /** One marker into one log; durable when it resolves. Groups hear of it then, whoever asked for it. */
  async append(
    log: Partition,
    { producerId, epoch, isCommit, coordinatorEpoch }: Omit<Marker, "onlyOpenBelow"> & { coordinatorEpoch: number },
  ): Promise<void> {
    const type = isCommit ? "commit" : "abort"
    const batch = encodeControlBatch({ type, coordinatorEpoch, producerId, producerEpoch: epoch, timestamp: this.#options.clock.wall() })
    const result = log.append(batch, { origin: "internal" })
    if (!result.ok) throw new BrokerError("STORAGE_READ_ONLY", result.message, { path: `${log.topic}-${log.index}` })
    await log.makeDurable(result.lastOffset)
    if (log.topic === consumerOffsetsTopic) this.#options.onOffsetsEnded(producerId, isCommit)
  }

  #isWanted(log: Partition, { producerId, onlyOpenBelow }: Marker): boolean {
    return onlyOpenBelow === undefined || (log.openTransactionOf(producerId) !== null && log.producerEpochOf(producerId) < onlyOpenBelow)
  }
}
