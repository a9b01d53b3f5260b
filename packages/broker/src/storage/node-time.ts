/** The clock and randomness ports over Node. */
import { randomBytes } from "node:crypto"
import type { Clock, Random } from "../ports.ts"

export const nodeClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms))
    return () => clearTimeout(timer)
  },
  endOfTick: (run) => void setImmediate(run),
}

export const nodeRandom: Random = { next: () => Math.random(), bytes: (count) => new Uint8Array(randomBytes(count)) }
