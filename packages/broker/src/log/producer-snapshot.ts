/**
 * Kafka's `.snapshot` file: version int16 = 1, CRC-32C of the rest, count, and per entry 46 bytes. Kafka keeps one batch per producer;
 * here each retained batch is an entry of its own, oldest first, so that Kafka's tools read the last one and we read all five. A producer
 * without batches, known by a marker only, has sequence and offset -1.
 * A snapshot named N is derived from the log below offset N, and is written only once that log is durable.
 */
import { crc32c } from "@rivven/protocol/records"
import type { BatchMark, ProducerEntry, ProducerStates } from "./producer-state.ts"

const headerBytes = 10
const entryBytes = 46
const sequences = 0x8000_0000

export function encodeProducers(states: ProducerStates): Uint8Array {
  const rows = [...states.entries()].flatMap((entry) =>
    (entry.batches.length > 0 ? entry.batches : [noBatch(entry)]).map((mark) => ({ entry, mark })),
  )
  const bytes = new Uint8Array(headerBytes + rows.length * entryBytes)
  const view = new DataView(bytes.buffer)
  view.setInt16(0, 1)
  view.setInt32(6, rows.length)
  rows.forEach(({ entry, mark }, index) => {
    writeRow(view, headerBytes + index * entryBytes, { entry, mark })
  })
  view.setUint32(2, crc32c(bytes.subarray(6)))
  return bytes
}

/** Null when the file is damaged: it is a cache, the caller replays the log instead. */
export function decodeProducers(bytes: Uint8Array): ProducerEntry[] | null {
  if (bytes.length < headerBytes) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getInt32(6)
  if (view.getInt16(0) !== 1 || count < 0 || bytes.length !== headerBytes + count * entryBytes) return null
  if (view.getUint32(2) !== crc32c(bytes.subarray(6))) return null
  const entries = new Map<number, ProducerEntry>()
  for (let row = 0; row < count; row++) {
    const { mark, ...entry } = readRow(view, headerBytes + row * entryBytes)
    const before = entries.get(entry.producerId)?.batches ?? []
    entries.set(entry.producerId, { ...entry, batches: mark.lastOffset < 0 ? before : [...before, mark] })
  }
  return [...entries.values()]
}

function writeRow(view: DataView, at: number, { entry, mark }: { entry: ProducerEntry; mark: BatchMark }): void {
  view.setBigInt64(at, BigInt(entry.producerId))
  view.setInt16(at + 8, entry.epoch)
  view.setInt32(at + 10, mark.lastSequence)
  view.setBigInt64(at + 14, BigInt(mark.lastOffset))
  view.setInt32(at + 22, mark.offsetDelta)
  view.setBigInt64(at + 26, BigInt(mark.timestamp))
  view.setInt32(at + 34, entry.coordinatorEpoch)
  view.setBigInt64(at + 38, BigInt(entry.openSince ?? -1))
}

const noBatch = ({ timestamp }: ProducerEntry): BatchMark => ({
  firstSequence: -1,
  lastSequence: -1,
  lastOffset: -1,
  offsetDelta: 0,
  timestamp,
})

function readRow(view: DataView, at: number): Omit<ProducerEntry, "batches"> & { mark: BatchMark } {
  const [lastSequence, offsetDelta] = [view.getInt32(at + 10), view.getInt32(at + 22)]
  const openSince = Number(view.getBigInt64(at + 38))
  return {
    producerId: Number(view.getBigInt64(at)),
    epoch: view.getInt16(at + 8),
    timestamp: Number(view.getBigInt64(at + 26)),
    coordinatorEpoch: view.getInt32(at + 34),
    openSince: openSince < 0 ? null : openSince,
    mark: {
      firstSequence: (lastSequence - offsetDelta + sequences) % sequences,
      lastSequence,
      lastOffset: Number(view.getBigInt64(at + 14)),
      offsetDelta,
      timestamp: Number(view.getBigInt64(at + 26)),
    },
  }
}
