// Records that survive a power cut, per second: each side answers only after its own flush to the disk.
import { mkdirSync } from "node:fs"
import { runClaim, type Side } from "../harness/claim.ts"
import { fillPageCache } from "../harness/page-cache.ts"
import { cpuSeconds, peakResidentBytes } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { type ProduceLoad, produceLoad, provideRdkafkaPerformance, rdkafkaVersion } from "../load/rdkafka-performance.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

interface Row {
  load: string
  goalRatio: number
  produce: Omit<ProduceLoad, "bootstrap" | "topic">
  unit: "MB/s" | "messages/s"
}

const rows: Row[] = [
  {
    load: "1 KiB records in 1 MB batches, 1 producer",
    goalRatio: 1.8,
    unit: "MB/s",
    produce: { messages: 1_500_000, sizeBytes: 1024, batchBytes: 1_000_000, lingerMs: 5 },
  },
  {
    load: "1 KiB records in 16 KB batches, 1 producer",
    goalRatio: 4,
    unit: "MB/s",
    produce: { messages: 200_000, sizeBytes: 1024, batchBytes: 16_384, lingerMs: 5 },
  },
  {
    load: "100 B, one record per request, 1 producer",
    goalRatio: 10,
    unit: "messages/s",
    produce: { messages: 30_000, sizeBytes: 100, batchBytes: 1, lingerMs: 0 },
  },
  {
    load: "100 B, one record per request, 8 producers",
    goalRatio: 10,
    unit: "messages/s",
    produce: { messages: 80_000, sizeBytes: 100, batchBytes: 1, lingerMs: 0, producers: 8 },
  },
]

provideRdkafkaPerformance()
for (const row of rows) {
  await runClaim({
    claim: "broker-produce-durable",
    load: `${row.load}; ${rdkafkaVersion}`,
    unit: row.unit,
    better: "larger",
    goal: { ratio: row.goalRatio },
    ours: side(rivven("fsync"), row),
    theirs: side(kafka({ durable: true }), row),
  })
}

function side(peer: Peer, row: Row): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      mkdirSync(dir, { recursive: true })
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "warm-up")
        await produceLoad({ ...row.produce, messages: row.produce.messages / 10, bootstrap: broker.bootstrap, topic: "warm-up" })
        await firstAck(broker.bootstrap, "load")
        fillPageCache(dir)
        const before = cpuSeconds(broker.pid)
        const messages = smoke ? row.produce.messages / 10 : row.produce.messages
        const result = await produceLoad({ ...row.produce, messages, bootstrap: broker.bootstrap, topic: "load" })
        return {
          value: row.unit === "MB/s" ? result.bytesPerSecond / 1e6 : result.messagesPerSecond,
          cpuUsPerOperation: ((cpuSeconds(broker.pid) - before) * 1e6) / result.messages,
          peakRssBytes: peakResidentBytes(broker.pid),
        }
      } finally {
        await broker.stop()
      }
    },
  }
}
