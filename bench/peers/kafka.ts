import { kafkaVersion, startApacheKafka } from "@rivven/client/testing"
import type { Peer } from "./peer.ts"

/** What Kafka's own start script passes to the JVM. */
const jvm = [
  "-Xmx1G",
  "-Xms1G",
  "-server",
  "-XX:+UseG1GC",
  "-XX:MaxGCPauseMillis=20",
  "-XX:InitiatingHeapOccupancyPercent=35",
  "-XX:+ExplicitGCInvokesConcurrent",
  "-Djava.awt.headless=true",
]

/** Apache Kafka, single node in KRaft mode, as its scripts start it; `durable` flushes after every message set. */
export function kafka({ durable, properties: more = {} }: { durable: boolean; properties?: Readonly<Record<string, string>> }): Peer {
  const properties = { "num.partitions": "1", ...(durable ? { "log.flush.interval.messages": "1" } : {}), ...more }
  return {
    name: durable ? "kafka (flush each)" : "kafka (defaults)",
    version: kafkaVersion,
    config: { ...properties, jvm },
    start: (dir) => startApacheKafka({ properties, jvm, dataDir: dir }),
  }
}
