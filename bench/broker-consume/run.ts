// Reading a log that is in the page cache: 1 KiB records, librdkafka, fetches of 1 MB and 8 MB. Kafka hands pages to the socket by sendfile, which
// Node has not, so the goal is a fraction.
import { runClaim, type Side } from "../harness/claim.ts"
import { cpuSeconds, peakResidentBytes } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { consumeLoad, produceLoad, provideRdkafkaPerformance, rdkafkaVersion } from "../load/rdkafka-performance.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const messages = 2_000_000
const rows = [
  { fetchBytes: 1_048_576, goalRatio: 0.6 },
  { fetchBytes: 8_388_608, goalRatio: 0.4 },
]

provideRdkafkaPerformance()
for (const { fetchBytes, goalRatio } of rows) {
  await runClaim({
    claim: "broker-consume",
    load: `1 KiB records, fetch ${fetchBytes / 1_048_576} MiB, warm; ${rdkafkaVersion}`,
    unit: "MB/s",
    better: "larger",
    goal: { ratio: goalRatio },
    ours: side(rivven(), fetchBytes),
    theirs: side(kafka({ durable: false }), fetchBytes),
  })
}

function side(peer: Peer, fetchBytes: number): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const count = smoke ? messages / 10 : messages
      const broker = await peer.start(dir)
      try {
        const target = { bootstrap: broker.bootstrap, topic: "load" }
        await firstAck(broker.bootstrap, "load")
        await produceLoad({ ...target, messages: count, sizeBytes: 1024, batchBytes: 1_000_000, lingerMs: 5 })
        await consumeLoad({ ...target, messages: count, fetchBytes })
        const before = cpuSeconds(broker.pid)
        const result = await consumeLoad({ ...target, messages: count, fetchBytes })
        return {
          value: result.bytesPerSecond / 1e6,
          cpuUsPerOperation: ((cpuSeconds(broker.pid) - before) * 1e6) / result.messages,
          peakRssBytes: peakResidentBytes(broker.pid),
        }
      } finally {
        await broker.stop()
      }
    },
  }
}
