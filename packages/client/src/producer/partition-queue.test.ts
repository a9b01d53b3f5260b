import { describe, expect, it } from "vitest"
import type { ProducerBatch } from "./batch.ts"
import { PartitionQueue } from "./partition-queue.ts"

const identity = { producerId: 7, producerEpoch: 0 }

function filled(count: number): PartitionQueue {
  const queue = new PartitionQueue("t", 0)
  for (let i = 0; i < count; i++) {
    queue.add({ key: null, value: null, headers: [], timestamp: 0, sizeBytes: 1, settle() {} }, { batchBytes: 1_000, nowMs: 0 })
    queue.seal()
  }
  return queue
}

/** Takes as many batches as may travel at that moment. */
function takeAll(queue: PartitionQueue, nowMs = 0): ProducerBatch[] {
  const taken: ProducerBatch[] = []
  while (queue.dueAtMs(0) !== null) {
    const batch = queue.take(identity, nowMs)
    if (batch === null) break
    taken.push(batch)
  }
  return taken
}

const acknowledge = (queue: PartitionQueue, batches: ProducerBatch[]) => {
  for (const batch of batches) queue.finish(batch, "acknowledged")
}

describe("the batches of a partition", () => {
  it("travel one at a time until the first acknowledgement, then five", () => {
    const queue = filled(10)
    const first = takeAll(queue)
    expect(first).toHaveLength(1)
    acknowledge(queue, first)
    expect(takeAll(queue)).toHaveLength(5)
  })

  it("travel one at a time again after a failure, because a broker that forgot the producer takes any sequence", () => {
    const queue = filled(10)
    acknowledge(queue, takeAll(queue))
    const [oldest, ...others] = takeAll(queue)
    acknowledge(queue, others)
    queue.finish(oldest!, "repeat")
    expect(takeAll(queue)).toEqual([oldest])
    queue.finish(oldest!, "repeat")
    expect(takeAll(queue)).toEqual([oldest])
    acknowledge(queue, [oldest!])
    expect(takeAll(queue)).toHaveLength(4)
  })

  it("travel one at a time again after a long silence", () => {
    const queue = filled(10)
    acknowledge(queue, takeAll(queue, 0))
    const soon = takeAll(queue, 60_000)
    expect(soon).toHaveLength(5)
    acknowledge(queue, soon)
    const late = takeAll(queue, 60_000 + 60_001)
    expect(late).toHaveLength(1)
    acknowledge(queue, late)
    expect(takeAll(queue, 60_000 + 60_001)).toHaveLength(3)
  })
})
