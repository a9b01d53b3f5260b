/** Walks batch headers in memory without allocating: the read path looks at thousands of them. */
import { batchHeaderBytes, batchLengthOverhead } from "@rivven/protocol/records"

export interface BatchPlace {
  baseOffset: number
  lastOffset: number
  sizeBytes: number
  maxTimestamp: number
}

/** What lies at `at`: a batch header, too few bytes to tell, or something that is no batch. */
export function placeAt(view: DataView, at: number): BatchPlace | "short" | "bad" {
  if (view.byteLength - at < batchHeaderBytes) return "short"
  const sizeBytes = view.getInt32(at + 8) + batchLengthOverhead
  const lastOffsetDelta = view.getInt32(at + 23)
  if (view.getInt8(at + 16) !== 2 || sizeBytes < batchHeaderBytes || lastOffsetDelta < 0) return "bad"
  const baseOffset = int64At(view, at)
  return { baseOffset, lastOffset: baseOffset + lastOffsetDelta, sizeBytes, maxTimestamp: int64At(view, at + 35) }
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function int64At(view: DataView, at: number): number {
  return view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
}
