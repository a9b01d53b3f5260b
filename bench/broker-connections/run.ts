// What idle connections cost: memory of each, and the latency of 200 that work beside 10,000 that do not.
import { runClaim, type Side } from "../harness/claim.ts"
import { residentBytes } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { wireLoadBeside } from "../load/wire-load.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const active = 200
const ratio = { unit: "x of 200 alone", better: "smaller", goal: { absolute: 2 } } as const

await runClaim({
  claim: "broker-connections",
  load: "10,000 idle and 200 active connections, 2,000 records/s in all: memory of an idle one",
  unit: "KiB",
  better: "smaller",
  goal: { absolute: 64 },
  more: { "p99 of the active ones": ratio },
  ours: side(rivven()),
  theirs: side(kafka({ durable: false })),
})

function side(peer: Peer): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        const idle = smoke ? 1_000 : 10_000
        const held: number[] = []
        const times = { warm: smoke ? "1s" : "5s", during: smoke ? "3s" : "20s" }
        const flags = { bootstrap: broker.bootstrap, topic: "load", connections: active, idle, rate: 2_000, ...times }
        const [alone, beside] = await wireLoadBeside(flags, () => void held.push(residentBytes(broker.pid)))
        if (!alone || !beside || alone.errors + beside.errors > 0) throw new Error("records were refused")
        return {
          value: ((held[1] ?? 0) - (held[0] ?? 0)) / 1024 / idle,
          more: { "p99 of the active ones": beside.p99_ms / alone.p99_ms },
        }
      } finally {
        await broker.stop()
      }
    },
  }
}
