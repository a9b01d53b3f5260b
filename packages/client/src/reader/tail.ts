/** New messages as they come. A reader that falls behind jumps to what is newest and is told how much it missed. */
import { OffsetsAdmin } from "../admin/offsets.ts"
import type { Cluster } from "../cluster.ts"
import { createConsumer } from "../consumer/consumer.ts"
import type { Consumer } from "../consumer/types.ts"
import { retry } from "../retry.ts"
import type { TailRequest, TailStep } from "./types.ts"

const pollMs = 1_000
/** How often the distance to the end is looked at. */
const lagCheckMs = 1_000
const defaultBufferedBytes = 4 * 1024 * 1024
const defaultLagRecords = 10_000

export async function* tailMessages(
  cluster: Cluster,
  request: TailRequest,
  limits: { maxDecompressedBytes: number },
): AsyncGenerator<TailStep> {
  const { topic, signal } = request
  const info = await retry(() => cluster.topic(topic), {
    ...cluster.policy(undefined),
    signal,
    isFinal: ({ code }) => code === "UNKNOWN_TOPIC_OR_PARTITION",
  })
  if (!info.ok) {
    yield { records: [], skipped: 0, failures: [{ partition: null, error: info.error }] }
    return
  }
  const consumer = createConsumer(cluster, {
    ...limits,
    isolation: request.isolation,
    offsetReset: "latest",
    maxBufferedBytes: request.maxBufferedBytes ?? defaultBufferedBytes,
  })
  const partitions = request.partitions ?? info.value.partitions.map(({ index }) => index)
  consumer.assign(partitions.map((partition) => ({ topic, partition })))
  try {
    yield* follow(cluster, consumer, request)
  } finally {
    await consumer.close()
  }
}

async function* follow(
  cluster: Cluster,
  consumer: Consumer,
  { signal, maxLagRecords = defaultLagRecords }: TailRequest,
): AsyncGenerator<TailStep> {
  const { clock } = cluster.config.ports
  let nextCheckMs = clock.monotonic() + lagCheckMs
  while (signal?.aborted !== true) {
    let skipped = 0
    if (clock.monotonic() >= nextCheckMs) {
      skipped = await catchUp(cluster, consumer, maxLagRecords)
      nextCheckMs = clock.monotonic() + lagCheckMs
    }
    const { records, failures } = await consumer.poll({ timeoutMs: pollMs, signal })
    if (records.length === 0 && failures.length === 0 && skipped === 0) continue
    yield { records, skipped, failures: failures.map(({ partition, error }) => ({ partition: partition ?? null, error })) }
  }
}

/** Answers how many offsets were jumped over. */
async function catchUp(cluster: Cluster, consumer: Consumer, maxLagRecords: number): Promise<number> {
  const owned = consumer.assignment()
  const ends = await new OffsetsAdmin(cluster).list(owned.map((partition) => ({ ...partition, at: "latest" })))
  let skipped = 0
  owned.forEach((partition, index) => {
    const end = ends[index]
    const position = consumer.position(partition)
    if (end?.ok !== true || end.value.offset === null || position === null) return
    const lag = end.value.offset - position
    if (lag <= maxLagRecords || !consumer.seek(partition, end.value.offset - Math.floor(maxLagRecords / 10)).ok) return
    skipped += lag - Math.floor(maxLagRecords / 10)
  })
  return skipped
}
