// What a broker costs while nobody uses it: resident memory after a minute, and processor time over another one.
import { setTimeout as sleep } from "node:timers/promises"
import { runClaim, type Side } from "../harness/claim.ts"
import { cpuSeconds, residentBytes } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const rows = [
  { load: "resident memory after 60 s", unit: "MiB", goal: 80, measure: "memory" },
  { load: "processor time over 60 s", unit: "% of a core", goal: 0.3, measure: "cpu" },
] as const

for (const { load, unit, goal, measure } of rows) {
  await runClaim({
    claim: "broker-idle",
    load,
    unit,
    better: "smaller",
    goal: { absolute: goal },
    ours: side(rivven(), measure),
    theirs: side(kafka({ durable: false }), measure),
  })
}

function side(peer: Peer, measure: "memory" | "cpu"): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const restMs = smoke ? 5_000 : 60_000
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        await sleep(restMs)
        if (measure === "memory") return { value: residentBytes(broker.pid) / 1_048_576 }
        const before = cpuSeconds(broker.pid)
        await sleep(restMs)
        return { value: ((cpuSeconds(broker.pid) - before) / (restMs / 1000)) * 100 }
      } finally {
        await broker.stop()
      }
    },
  }
}
