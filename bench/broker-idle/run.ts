// What a broker costs while nobody uses it: resident memory after a minute, and processor time over another one.
import { setTimeout as sleep } from "node:timers/promises"
import { runClaim, type Side } from "../harness/claim.ts"
import { cpuSeconds, residentBytes } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { createPartitions } from "../load/topics.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

const rows = [
  { load: "one partition", partitions: 0, mebibytes: 80, percent: 0.3 },
  { load: "10,000 partitions", partitions: 10_000, mebibytes: 160, percent: 1 },
]
const processorTime = "processor time over 60 s"

for (const { load, partitions, mebibytes, percent } of rows) {
  await runClaim({
    claim: "broker-idle",
    load: `${load}: resident memory after 60 s`,
    unit: "MiB",
    better: "smaller",
    goal: { absolute: mebibytes },
    more: { [processorTime]: { unit: "% of a core", better: "smaller", goal: { absolute: percent } } },
    ours: side(rivven(), partitions),
    theirs: side(kafka({ durable: false }), partitions),
  })
}

function side(peer: Peer, partitions: number): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const restMs = smoke ? 5_000 : 60_000
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        await createPartitions(broker.bootstrap, smoke ? partitions / 10 : partitions)
        await sleep(restMs)
        const value = residentBytes(broker.pid) / 1_048_576
        const before = cpuSeconds(broker.pid)
        await sleep(restMs)
        return { value, more: { [processorTime]: ((cpuSeconds(broker.pid) - before) / (restMs / 1000)) * 100 } }
      } finally {
        await broker.stop()
      }
    },
  }
}
