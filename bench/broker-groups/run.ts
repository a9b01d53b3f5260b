// Coordinators at work: 1,000 groups of five members join, beat and commit. Commits are durable here, in the page cache there.
import { runClaim, type Side } from "../harness/claim.ts"
import { peakResidentBytes } from "../harness/processes.ts"
import { firstAck } from "../load/first-ack.ts"
import { wireLoad } from "../load/wire-load.ts"
import { kafka } from "../peers/kafka.ts"
import type { Peer } from "../peers/peer.ts"
import { rivven } from "../peers/rivven.ts"

interface Groups {
  joins_per_second: number
  heartbeats_per_second: number
  commits_per_second: number
}

const perSecond = { unit: "per second", better: "larger", goal: { ratio: 1 } } as const

await runClaim({
  claim: "broker-groups",
  load: "1,000 groups of 5 members, classic protocol, a connection each: heartbeats",
  ...perSecond,
  more: { "durable commits": perSecond, "joins, with the initial rebalance delay": { ...perSecond, goal: undefined } },
  ours: side(rivven()),
  theirs: side(kafka({ durable: false, properties: { "group.initial.rebalance.delay.ms": "3000" } })),
})

function side(peer: Peer): Side {
  return {
    ...peer,
    run: async ({ dir, smoke }) => {
      const broker = await peer.start(dir)
      try {
        await firstAck(broker.bootstrap, "load")
        const size = { groups: smoke ? 100 : 1_000, members: 5, during: smoke ? "2s" : "10s" }
        const result = wireLoad<Groups>({ mode: "groups", bootstrap: broker.bootstrap, topic: "load", ...size })
        return {
          value: result.heartbeats_per_second,
          more: { "durable commits": result.commits_per_second, "joins, with the initial rebalance delay": result.joins_per_second },
          peakRssBytes: peakResidentBytes(broker.pid),
        }
      } finally {
        await broker.stop()
      }
    },
  }
}
