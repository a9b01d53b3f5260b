// What the operator needs from outside: time, chance, a logger, and a way to a cluster. Tests own all four.
import { type Client, type ClientOptions, createClient } from "@rivven/client"
import { nodeClock, nodeRandom, silentLogger } from "@rivven/kube"

export type Cancel = () => void

/** `monotonic` decides deadlines; `wall` only stamps objects. Both in milliseconds. */
export type Clock = {
  monotonic(): number
  wall(): number
  after(ms: number, run: () => void): Cancel
}

export type Random = { next(): number; uuid(): string }

export type Logger = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type OperatorPorts = {
  clock: Clock
  random: Random
  logger: Logger
  connect: (options: ClientOptions) => Client
}

export function withDefaults(ports: Partial<OperatorPorts> = {}): OperatorPorts {
  return {
    clock: ports.clock ?? nodeClock,
    random: ports.random ?? nodeRandom,
    logger: ports.logger ?? silentLogger,
    connect: ports.connect ?? createClient,
  }
}

/** Resolves after so long; for waits inside a step. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}
