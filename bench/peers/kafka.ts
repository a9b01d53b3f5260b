import { apacheKafkaVersion, startApacheKafka } from "@rivven/client/testing"
import type { Peer } from "./peer.ts"

/** Apache Kafka, single node in KRaft mode, with its own default heap of 1 GiB; `durable` flushes after every message set. */
export function kafka({ durable }: { durable: boolean }): Peer {
  const properties = { "num.partitions": "1", ...(durable ? { "log.flush.interval.messages": "1" } : {}) }
  const heap = "1g"
  return {
    name: durable ? "kafka (flush each)" : "kafka (defaults)",
    version: apacheKafkaVersion,
    config: { ...properties, heap },
    start: async (dir) => {
      const broker = await startApacheKafka(properties, { dir, heap })
      return { bootstrap: broker.bootstrap, pid: broker.pid, stop: () => broker.stop() }
    },
  }
}
