// What this package needs from outside: time, chance and a logger. Tests own all three.
import { randomBytes, randomUUID } from "node:crypto"

/** Cancels what was started; calling it twice does nothing. */
export type Cancel = () => void

/** `monotonic` decides deadlines; `wall` only stamps objects. Both in milliseconds. */
export type Clock = {
  monotonic(): number
  wall(): number
  after(ms: number, run: () => void): Cancel
}

/** `next` is a number in [0, 1). */
export type Random = {
  next(): number
  uuid(): string
}

export type Logger = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type KubePorts = { clock: Clock; random: Random; logger: Logger }

export const nodeClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  },
}

export const nodeRandom: Random = {
  next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  uuid: () => randomUUID(),
}

const ignore = (): void => undefined
export const silentLogger: Logger = { info: ignore, warn: ignore, error: ignore }

export function withDefaults(ports: Partial<KubePorts> = {}): KubePorts {
  return { clock: ports.clock ?? nodeClock, random: ports.random ?? nodeRandom, logger: ports.logger ?? silentLogger }
}
