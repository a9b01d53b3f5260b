// From exec to the first acknowledged record, on a formatted data directory after a clean stop.
import { runClaim, type Side } from "../harness/claim.ts"
import { firstAck } from "../load/first-ack.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

await runClaim({
  claim: "broker-start",
  load: "one topic, one partition, after a clean stop",
  unit: "s",
  better: "smaller",
  goal: { absolute: 0.25 },
  ours: side(rivven()),
  theirs: side(kafka({ durable: false })),
})

/** `restart` answers when the process says that it listens; the clock stops at the acknowledgement. */
function side(peer: Peer): Side {
  return {
    ...peer,
    run: async ({ dir }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        await broker.halt()
        const started = performance.now()
        await broker.restart()
        await firstAck(broker.bootstrap, "load")
        return { value: (performance.now() - started) / 1000 }
      } finally {
        await broker.stop()
      }
    },
  }
}
