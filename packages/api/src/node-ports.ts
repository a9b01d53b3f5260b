import { randomBytes } from "node:crypto"
import type { Clock, Logger, Ports, Random } from "./ports.ts"

export const nodeClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
}

export const nodeRandom: Random = { bytes: (count) => randomBytes(count) }

const ignore = (): void => undefined
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

export function withDefaults(ports: Partial<Ports> = {}): Ports {
  return { clock: ports.clock ?? nodeClock, random: ports.random ?? nodeRandom, logger: ports.logger ?? silentLogger }
}
