// Records that survive a power cut, per second: each side answers only after its own flush to the disk.
import { produceClaims } from "../load/produce-claims.ts"
import { kafka } from "../peers/kafka.ts"
import { rivven } from "../peers/rivven.ts"

const oneRecordPerRequest = { sizeBytes: 100, batchBytes: 1, lingerMs: 0 }

await produceClaims({
  claim: "broker-produce-durable",
  ours: rivven("fsync"),
  theirs: kafka({ durable: true }),
  rows: [
    {
      load: "1 KiB records in 1 MB batches, 1 producer",
      goal: { ratio: 1.8 },
      unit: "MB/s",
      produce: { messages: 1_500_000, sizeBytes: 1024, batchBytes: 1_000_000, lingerMs: 5 },
    },
    {
      load: "1 KiB records in 16 KB batches, 1 producer",
      goal: { ratio: 4 },
      unit: "MB/s",
      produce: { messages: 200_000, sizeBytes: 1024, batchBytes: 16_384, lingerMs: 5 },
    },
    {
      load: "100 B, one record per request, 1 producer",
      goal: { ratio: 10 },
      unit: "messages/s",
      produce: { messages: 30_000, ...oneRecordPerRequest },
    },
    {
      load: "100 B, one record per request, 8 producers",
      goal: { ratio: 10 },
      unit: "messages/s",
      produce: { messages: 80_000, ...oneRecordPerRequest, producers: 8 },
    },
    {
      load: "100 B, one record per request, 64 producers",
      goal: { ratio: 10 },
      unit: "messages/s",
      produce: { messages: 128_000, ...oneRecordPerRequest, producers: 64 },
    },
  ],
})
