// Records per second that reached the page cache, on both sides: `durability: os` here, Kafka's default there. Either may lose them in a power cut.
import { produceClaims } from "../load/produce-claims.ts"
import { kafka } from "../peers/kafka.ts"
import { rivven } from "../peers/rivven.ts"

await produceClaims({
  claim: "broker-produce-pagecache",
  ours: rivven("os"),
  theirs: kafka({ durable: false }),
  rows: [
    {
      load: "1 KiB records in 1 MB batches",
      goal: { ratio: 1.2 },
      cpuGoal: 0.65,
      unit: "MB/s",
      produce: { messages: 2_000_000, sizeBytes: 1024, batchBytes: 1_000_000, lingerMs: 5 },
    },
    {
      load: "1 KiB records in 16 KB batches",
      goal: { ratio: 2 },
      unit: "MB/s",
      produce: { messages: 1_000_000, sizeBytes: 1024, batchBytes: 16_384, lingerMs: 5 },
    },
    {
      load: "100 B, one record per request",
      goal: { ratio: 2.5 },
      unit: "messages/s",
      produce: { messages: 200_000, sizeBytes: 100, batchBytes: 1, lingerMs: 0 },
    },
  ],
})
