/**
 * Kafka's `.txnindex` file of a segment: the aborted transactions whose markers lie in it, 34 bytes each: version int16 = 0, producer id,
 * first offset, last offset, last stable offset. A cache: recovery reads the markers anew where it is missing.
 */
import type { AbortedTransaction } from "./open-transactions.ts"

const entryBytes = 34

export function encodeAborted(aborted: readonly AbortedTransaction[]): Uint8Array {
  const bytes = new Uint8Array(aborted.length * entryBytes)
  const view = new DataView(bytes.buffer)
  aborted.forEach(({ producerId, firstOffset, lastOffset, lastStableOffset }, index) => {
    const at = index * entryBytes
    view.setBigInt64(at + 2, BigInt(producerId))
    view.setBigInt64(at + 10, BigInt(firstOffset))
    view.setBigInt64(at + 18, BigInt(lastOffset))
    view.setBigInt64(at + 26, BigInt(lastStableOffset))
  })
  return bytes
}

/** Null when it cannot belong to a segment that holds [from, to). */
export function decodeAborted(bytes: Uint8Array, { from, to }: { from: number; to: number }): AbortedTransaction[] | null {
  if (bytes.length % entryBytes !== 0) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const found: AbortedTransaction[] = []
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const [producerId, firstOffset, lastOffset, lastStableOffset] = [2, 10, 18, 26].map((field) => Number(view.getBigInt64(at + field)))
    if (view.getInt16(at) !== 0 || lastOffset === undefined || lastOffset < from || lastOffset >= to) return null
    if (firstOffset === undefined || firstOffset > lastOffset || producerId === undefined || lastStableOffset === undefined) return null
    if (lastOffset <= (found.at(-1)?.lastOffset ?? -1)) return null
    found.push({ producerId, firstOffset, lastOffset, lastStableOffset })
  }
  return found
}
