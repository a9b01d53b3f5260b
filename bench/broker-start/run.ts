// From exec to the first acknowledged record, on a formatted data directory after a clean stop.
import { runClaim, type Side } from "../harness/claim.ts"
import { firstAck } from "../load/first-ack.ts"
import { createPartitions } from "../load/topics.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const rows = [
  { load: "one partition", partitions: 0, goalSeconds: 0.25 },
  { load: "1,000 partitions", partitions: 1_000, goalSeconds: 0.6 },
  { load: "10,000 partitions", partitions: 10_000, goalSeconds: 2 },
]

for (const { load, partitions, goalSeconds } of rows) {
  await runClaim({
    claim: "broker-start",
    load: `${load}, after a clean stop`,
    unit: "s",
    better: "smaller",
    goal: { absolute: goalSeconds },
    ours: side(rivven(), partitions),
    theirs: side(kafka({ durable: false }), partitions),
  })
}

/** `restart` answers when the process says that it listens; the clock stops at the acknowledgement. */
function side(peer: Peer, partitions: number): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        await createPartitions(broker.bootstrap, smoke ? partitions / 10 : partitions)
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
