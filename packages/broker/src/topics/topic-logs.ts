// From what a client names to the log it means. A log without an entry in the catalog is on its way in or out, and not served.
import type { ErrorName } from "@rivven/protocol"
import type { LogManager } from "../log/log-manager.ts"
import type { Partition } from "../log/partition.ts"
import type { Catalog, Topic } from "./catalog.ts"

export class TopicLogs {
  readonly #catalog: Catalog
  readonly #logs: LogManager

  constructor(catalog: Catalog, logs: LogManager) {
    this.#catalog = catalog
    this.#logs = logs
  }

  /** By name, or by id where the name is empty. */
  find(which: { readonly topic: string; readonly topicId?: string }, index: number): Partition | ErrorName {
    const topic = which.topic === "" ? this.#catalog.topicById(which.topicId ?? "") : this.#catalog.topic(which.topic)
    if (!topic) return which.topic === "" ? "UNKNOWN_TOPIC_ID" : "UNKNOWN_TOPIC_OR_PARTITION"
    return this.of(topic, index) ?? "UNKNOWN_TOPIC_OR_PARTITION"
  }

  of(topic: Topic, index: number): Partition | undefined {
    if (index < 0 || index >= topic.partitionCount) return undefined
    const log = this.#logs.partition(topic.name, index)
    return log?.topicId === topic.id ? log : undefined
  }

  /** Bytes on disk, and how many partitions have no log. */
  totals(topic: Topic): { sizeBytes: number; offline: number } {
    let [sizeBytes, offline] = [0, 0]
    for (let index = 0; index < topic.partitionCount; index++) {
      const log = this.of(topic, index)
      if (log) sizeBytes += log.sizeBytes
      else offline += 1
    }
    return { sizeBytes, offline }
  }
}
