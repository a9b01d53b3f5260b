// Claims about producing: librdkafka sends to one partition of a fresh broker, after a warm-up, and each message has to be acknowledged.
import { mkdirSync } from "node:fs"
import { type Measure, runClaim, type Side } from "../harness/claim.ts"
import { fillPageCache } from "../harness/page-cache.ts"
import { cpuSeconds, peakResidentBytes } from "../harness/processes.ts"
import type { Peer } from "../peers/peer.ts"
import { firstAck } from "./first-ack.ts"
import { type ProduceLoad, produceLoad, provideRdkafkaPerformance, rdkafkaVersion } from "./rdkafka-performance.ts"

export interface ProduceRow {
  load: string
  goal: Measure["goal"]
  unit: "MB/s" | "messages/s"
  produce: Omit<ProduceLoad, "bootstrap" | "topic">
  /** The ratio of processor time per message that is wanted. */
  cpuGoal?: number
}

export async function produceClaims(options: { claim: string; ours: Peer; theirs: Peer; rows: readonly ProduceRow[] }): Promise<void> {
  provideRdkafkaPerformance()
  for (const row of options.rows) {
    const cpu: Measure = { unit: "µs/message", better: "smaller", goal: row.cpuGoal ? { ratio: row.cpuGoal } : undefined }
    await runClaim({
      claim: options.claim,
      load: `${row.load}; ${rdkafkaVersion}`,
      unit: row.unit,
      better: "larger",
      goal: row.goal,
      more: { "processor time": cpu },
      ours: side(options.ours, row),
      theirs: side(options.theirs, row),
    })
  }
}

function side(peer: Peer, row: ProduceRow): Side {
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
        const cpuUsPerOperation = ((cpuSeconds(broker.pid) - before) * 1e6) / result.messages
        return {
          value: row.unit === "MB/s" ? result.bytesPerSecond / 1e6 : result.messagesPerSecond,
          cpuUsPerOperation,
          more: { "processor time": cpuUsPerOperation },
          peakRssBytes: peakResidentBytes(broker.pid),
        }
      } finally {
        await broker.stop()
      }
    },
  }
}
