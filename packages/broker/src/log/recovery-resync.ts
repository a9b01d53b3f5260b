/**
 * Finds the next intact batch behind damage. Lengths there cannot be trusted, so every byte is a candidate: a header that makes sense,
 * a CRC that matches, and a next header (or the end of the file) that continues its offsets.
 */
import { batchHeaderBytes, verifyCrc } from "@rivven/protocol/records"
import type { DiskFile } from "../ports.ts"
import { type BatchPlace, placeAt, viewOf } from "./batch-walk.ts"

const windowBytes = 4_194_304

export interface ResyncBounds {
  /** Position of the damage. */
  from: number
  /** The batch must begin behind this offset ... */
  above: number
  /** ... and at or before this one. */
  upTo: number
}

export async function findNextBatch(file: DiskFile, bounds: ResyncBounds): Promise<{ position: number; baseOffset: number } | null> {
  const end = file.size()
  const window = new Uint8Array(Math.min(windowBytes, end - bounds.from))
  for (let start = bounds.from; start < end; start += Math.max(1, window.length - batchHeaderBytes)) {
    const count = await file.read(window, start)
    const view = viewOf(window.subarray(0, count))
    for (let at = 0; at + batchHeaderBytes <= count; at++) {
      if (window[at + 16] !== 2) continue
      const place = placeAt(view, at)
      if (typeof place === "string" || place.baseOffset <= bounds.above || place.baseOffset > bounds.upTo) continue
      if (await isIntact(file, place, start + at)) return { position: start + at, baseOffset: place.baseOffset }
    }
  }
  return null
}

/** The base offset lies outside the CRC: only its neighbour can confirm it. */
async function isIntact(file: DiskFile, place: BatchPlace, position: number): Promise<boolean> {
  if (position + place.sizeBytes > file.size()) return false
  const bytes = new Uint8Array(Math.min(place.sizeBytes + batchHeaderBytes, file.size() - position))
  if ((await file.read(bytes, position)) < bytes.length || !verifyCrc(bytes)) return false
  const next = placeAt(viewOf(bytes), place.sizeBytes)
  return next === "short" || (next !== "bad" && next.baseOffset === place.lastOffset + 1)
}
