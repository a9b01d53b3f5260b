// How long one record takes from sending to its acknowledgement: one in flight, and at a fixed rate whatever is still unanswered.
import { runClaim, type Side } from "../harness/claim.ts"
import { cpuSeconds } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { type Latencies, wireLoad } from "../load/wire-load.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const rows = [
  { load: "100 B, one in flight, page cache", mode: "closed", ours: rivven("os"), theirs: kafka({ durable: false }) },
  { load: "100 B, one in flight, durable", mode: "closed", ours: rivven("fsync"), theirs: kafka({ durable: true }) },
  { load: "100 B, 1,000 records/s open loop, durable", mode: "open", ours: rivven("fsync"), theirs: kafka({ durable: true }) },
] as const
const quantile = { unit: "ms", better: "smaller", goal: { ratio: 0.8 } } as const

for (const { load, mode, ours, theirs } of rows) {
  await runClaim({
    claim: "broker-latency",
    load: `${load}: p50`,
    ...quantile,
    more: { p99: quantile, "p99.9": { ...quantile, goal: undefined } },
    ours: side(ours, mode),
    theirs: side(theirs, mode),
  })
}

function side(peer: Peer, mode: string): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        const before = cpuSeconds(broker.pid)
        const times = { warm: smoke ? "2s" : "20s", during: smoke ? "3s" : "20s" }
        const result = wireLoad<Latencies>({ mode, bootstrap: broker.bootstrap, topic: "load", rate: 1_000, ...times })
        if (result.errors > 0) throw new Error(`${result.errors} records were refused`)
        return {
          value: result.p50_ms,
          more: { p99: result.p99_ms, "p99.9": result.p999_ms },
          cpuUsPerOperation: ((cpuSeconds(broker.pid) - before) * 1e6) / result.count,
        }
      } finally {
        await broker.stop()
      }
    },
  }
}
