// From the planned time of a record to its arrival at every consumer, 1,000 records a second, each side as installed.
import { runClaim, type Side } from "../harness/claim.ts"
import { firstAck } from "../load/first-ack.ts"
import { createTopics } from "../load/topics.ts"
import { type Latencies, wireLoad } from "../load/wire-load.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

for (const consumers of [1, 50]) {
  const p50 = { unit: "ms", better: "smaller", goal: undefined } as const
  await runClaim({
    claim: "broker-end-to-end",
    load: `100 B, 1,000 records/s, ${consumers} consumer${consumers > 1 ? "s" : ""}: p99`,
    unit: "ms",
    better: "smaller",
    goal: { ratio: 1 },
    more: { p50 },
    ours: side(rivven(), consumers),
    theirs: side(kafka({ durable: false }), consumers),
  })
}

function side(peer: Peer, consumers: number): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "warm-up")
        await createTopics(broker.bootstrap, ["load"])
        const times = { warm: smoke ? "2s" : "15s", during: smoke ? "3s" : "15s" }
        const flags = { mode: "end-to-end", bootstrap: broker.bootstrap, topic: "load", rate: 1_000, connections: consumers, ...times }
        const result = wireLoad<Latencies>(flags)
        return { value: result.p99_ms, more: { p50: result.p50_ms } }
      } finally {
        await broker.stop()
      }
    },
  }
}
