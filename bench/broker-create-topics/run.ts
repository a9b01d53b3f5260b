// Topics in one request until it is answered, and 10,000 partitions until all of them have leaders.
import { runClaim, type Side } from "../harness/claim.ts"
import { firstAck } from "../load/first-ack.ts"
import { createPartitions, createTopics } from "../load/topics.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const rows = [
  {
    load: "1,000 topics in one request",
    create: (bootstrap: string, smoke: boolean) =>
      createTopics(
        bootstrap,
        Array.from({ length: smoke ? 100 : 1_000 }, (_, index) => `topic-${index}`),
      ),
  },
  {
    load: "10,000 partitions until all have leaders",
    create: (bootstrap: string, smoke: boolean) => createPartitions(bootstrap, smoke ? 1_000 : 10_000),
  },
]

for (const { load, create } of rows) {
  await runClaim({
    claim: "broker-create-topics",
    load,
    unit: "s",
    better: "smaller",
    goal: { ratio: 0.5 },
    ours: side(rivven(), create),
    theirs: side(kafka({ durable: false }), create),
  })
}

function side(peer: Peer, create: (bootstrap: string, smoke: boolean) => Promise<void>): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "warm-up")
        const started = performance.now()
        await create(broker.bootstrap, smoke)
        return { value: (performance.now() - started) / 1000 }
      } finally {
        await broker.stop()
      }
    },
  }
}
