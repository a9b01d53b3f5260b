// What compaction makes of one batch; pure. Every offset stays covered: what goes leaves an empty batch over its offsets, and neighbours of
// those become one. So a compacted log has no gaps, and recovery goes on telling lost data from data that was removed.
import {
  type BatchHeader,
  batchHeaderBytes,
  decodeBatch,
  encodeBatch,
  type KafkaRecord,
  parseBatchHeader,
  writeBatchHeader,
} from "@rivven/protocol/records"
import type { KeyMap } from "./key-map.ts"

/** The first and the last offset of a transaction that was aborted, its marker included. */
export interface AbortedStretch {
  readonly firstOffset: number
  readonly lastOffset: number
}

export interface CleanRules {
  readonly keys: KeyMap
  /** Batches that reach this offset are left alone: the map does not know what lies there. */
  readonly endOffset: number
  readonly nowMs: number
  readonly deleteRetentionMs: number
  readonly aborted: ReadonlyMap<number, readonly AbortedStretch[]>
  /** Last offsets of the batches by which live producers are known; they stay, if need be without records. */
  readonly sequenceEnds: ReadonlySet<number>
  /** Epochs of live producers, whose markers stay. */
  readonly liveEpochs: ReadonlyMap<number, number>
}

export type Cleaned =
  | { readonly kind: "same" }
  | { readonly kind: "changed"; readonly bytes: Uint8Array }
  /** Nothing of it is left but its offsets. */
  | { readonly kind: "gone" }

const same: Cleaned = { kind: "same" }
const gone: Cleaned = { kind: "gone" }

/** Batches in the order of the log, from its start: a marker may go only when nothing of its transaction is left. */
export class BatchCleaner {
  /** Offsets of the markers that went. */
  readonly goneMarkers: number[] = []
  private readonly rules: CleanRules
  /** Producers of which a batch stayed since their last marker. */
  private readonly withData = new Set<number>()

  constructor(rules: CleanRules) {
    this.rules = rules
  }

  clean(bytes: Uint8Array): Cleaned {
    const header = parseBatchHeader(bytes)
    if (header.lastOffset >= this.rules.endOffset) return same
    if (header.isControl) return this.cleanMarker(header, bytes)
    const cleaned = this.cleanData(header, bytes)
    if (header.isTransactional && cleaned.kind !== "gone") this.withData.add(header.producerId)
    return cleaned
  }

  private cleanMarker(header: BatchHeader, bytes: Uint8Array): Cleaned {
    const { nowMs, deleteRetentionMs, liveEpochs } = this.rules
    const hasData = this.withData.delete(header.producerId)
    if (hasData || liveEpochs.get(header.producerId) === header.producerEpoch) return same
    if (!header.hasDeleteHorizon) return reencoded(header, decodeBatch(bytes).records, nowMs + deleteRetentionMs)
    if (header.baseTimestamp > nowMs) return same
    this.goneMarkers.push(header.lastOffset)
    return gone
  }

  private cleanData(header: BatchHeader, bytes: Uint8Array): Cleaned {
    const records = isAborted(header, this.rules.aborted) ? [] : recordsOf(bytes)
    if (records === null) return same
    const { nowMs, deleteRetentionMs } = this.rules
    const kept = records.filter((record) => this.stays(record, header))
    if (kept.length === 0) return this.emptied(header)
    const needsHorizon = !header.hasDeleteHorizon && kept.some(({ value }) => value === null)
    if (kept.length === header.recordsCount && !needsHorizon) return same
    const horizon = header.hasDeleteHorizon ? header.baseTimestamp : nowMs + deleteRetentionMs
    return reencoded(header, kept, header.hasDeleteHorizon || needsHorizon ? horizon : undefined)
  }

  private stays({ key, value, offset }: KafkaRecord, { hasDeleteHorizon, baseTimestamp }: BatchHeader): boolean {
    if (key === null || offset < this.rules.keys.lastOffset(key)) return false
    return value !== null || !hasDeleteHorizon || baseTimestamp > this.rules.nowMs
  }

  private emptied(header: BatchHeader): Cleaned {
    if (header.producerId < 0 || !this.rules.sequenceEnds.has(header.lastOffset)) return gone
    return header.recordsCount === 0 ? same : { kind: "changed", bytes: withoutRecords(header) }
  }
}

/** Takes note of the keys of a batch; false when the map has no room and knows nothing of it. */
export function noteKeys(bytes: Uint8Array, keys: KeyMap, aborted: CleanRules["aborted"]): boolean {
  const header = parseBatchHeader(bytes)
  if (header.isControl || isAborted(header, aborted)) return true
  if (keys.isFullFor(header.recordsCount)) return false
  for (const { key, offset } of recordsOf(bytes) ?? []) if (key !== null) keys.set(key, offset)
  return true
}

/** Offsets [from, to) of one leader epoch, without records. */
export interface Gap {
  readonly from: number
  readonly to: number
  readonly epoch: number
  /** Of what was there: age is judged by it. */
  readonly maxTimestamp: number
}

/** An empty batch over a gap, of no producer. */
export function placeholder({ from, to, epoch, maxTimestamp }: Gap): Uint8Array {
  const batch = new Uint8Array(batchHeaderBytes)
  writeBatchHeader(batch, {
    attributes: 0,
    baseOffset: from,
    partitionLeaderEpoch: epoch,
    lastOffsetDelta: to - from - 1,
    baseTimestamp: -1,
    maxTimestamp,
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
    recordsCount: 0,
  })
  return batch
}

function isAborted({ isTransactional, producerId, baseOffset }: BatchHeader, aborted: CleanRules["aborted"]): boolean {
  if (!isTransactional) return false
  return (aborted.get(producerId) ?? []).some(({ firstOffset, lastOffset }) => firstOffset <= baseOffset && baseOffset <= lastOffset)
}

/** Null when the payload is not what the header says: its CRC is right, so it came like that, and stays. */
function recordsOf(bytes: Uint8Array): readonly KafkaRecord[] | null {
  try {
    return decodeBatch(bytes).records
  } catch {
    // Whoever reads the batch finds out what its producer sent.
    return null
  }
}

function reencoded(header: BatchHeader, records: readonly KafkaRecord[], deleteHorizonMs: number | undefined): Cleaned {
  const { baseOffset, codec, partitionLeaderEpoch, producerId, producerEpoch, baseSequence, isTransactional, isControl } = header
  const { timestampType, lastOffsetDelta } = header
  const bytes = encodeBatch({
    records: records.map((record) => ({ ...record, offsetDelta: record.offset - baseOffset })),
    ...(codec && { codec }),
    ...(deleteHorizonMs !== undefined && { deleteHorizonMs }),
    ...{ baseOffset, partitionLeaderEpoch, producerId, producerEpoch, baseSequence, isTransactional, isControl },
    ...{ timestampType, lastOffsetDelta },
  })
  return { kind: "changed", bytes }
}

function withoutRecords(header: BatchHeader): Uint8Array {
  const batch = new Uint8Array(batchHeaderBytes)
  const attributes = (header.timestampType === "append" ? 8 : 0) | (header.isTransactional ? 16 : 0)
  writeBatchHeader(batch, { ...header, attributes, recordsCount: 0 })
  return batch
}
