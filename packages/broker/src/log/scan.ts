/** Walks the batches of a segment file in windows, so that a scan of many gigabytes holds one window in memory. */
import { batchHeaderBytes } from "@rivven/protocol/records"
import type { DiskFile } from "../ports.ts"
import { type BatchPlace, placeAt, viewOf } from "./batch-walk.ts"

export interface Scanned {
  place: BatchPlace
  position: number
  /** The batch; only its header is sure to be there unless the scan asked for whole batches. Valid during the call. */
  bytes: Uint8Array
}

export interface ScanOptions {
  from: number
  end: number
  windowBytes: number
  /** Read each batch completely. */
  isWhole: boolean
}

/**
 * `end`: the walk met the end exactly. `stop`: the visitor had enough. `cut`: the rest is too short for what it claims to be. `bad`: what
 * lies there is no batch header. `position` is where the walk ended.
 */
export interface ScanEnd {
  why: "end" | "stop" | "cut" | "bad"
  position: number
}

export async function scanBatches(file: DiskFile, options: ScanOptions, visit: (batch: Scanned) => "next" | "stop"): Promise<ScanEnd> {
  let memory = new Uint8Array(Math.max(0, Math.min(options.windowBytes, options.end - options.from)))
  let position = options.from
  while (position < options.end) {
    const wanted = Math.min(memory.length, options.end - position)
    const count = await file.read(memory.subarray(0, wanted), position)
    const walked = walkWindow(memory.subarray(0, count), { position, options, visit })
    position = walked.position
    if (walked.why !== "more") return { why: walked.why, position }
    if (count < wanted) return { why: "cut", position }
    if (walked.needs > memory.length) memory = new Uint8Array(walked.needs)
  }
  return { why: "end", position }
}

interface Window {
  position: number
  options: ScanOptions
  visit: (batch: Scanned) => "next" | "stop"
}

type Walked = { why: "more"; position: number; needs: number } | ScanEnd

function walkWindow(window: Uint8Array, { position, options, visit }: Window): Walked {
  const view = viewOf(window)
  let at = 0
  while (at < window.length) {
    const here = position + at
    const place = placeAt(view, at)
    if (place === "bad") return { why: "bad", position: here }
    if (place === "short") return options.end - here < batchHeaderBytes ? { why: "cut", position: here } : more(here, batchHeaderBytes)
    if (here + place.sizeBytes > options.end) return { why: "cut", position: here }
    if (options.isWhole && at + place.sizeBytes > window.length) return more(here, place.sizeBytes)
    if (visit({ place, position: here, bytes: window.subarray(at, at + place.sizeBytes) }) === "stop")
      return { why: "stop", position: here }
    at += place.sizeBytes
  }
  return more(position + at, 0)
}

const more = (position: number, needs: number): Walked => ({ why: "more", position, needs })
