// Each side as installed: here every acknowledged record is on the disk, there it is in the page cache.
import { produceClaims } from "../load/produce-claims.ts"
import { kafka } from "../peers/kafka.ts"
import { rivven } from "../peers/rivven.ts"

await produceClaims({
  claim: "broker-produce-defaults",
  ours: rivven(),
  theirs: kafka({ durable: false }),
  rows: [
    {
      load: "1 KiB records in 16 KB batches; ours synced, theirs not",
      goal: { ratio: 1 },
      unit: "MB/s",
      produce: { messages: 400_000, sizeBytes: 1024, batchBytes: 16_384, lingerMs: 5 },
    },
  ],
})
