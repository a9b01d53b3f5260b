// What this package needs of the world. Tests own all of it.

/** Cancels what was started; calling it twice does nothing. */
export type Cancel = () => void

/** `monotonic` decides; `wall` is what people and stores see. Both in milliseconds. */
export interface Clock {
  monotonic(): number
  wall(): number
  /** Runs once. Must not keep the process alive. */
  after(ms: number, run: () => void): Cancel
}

export interface Random {
  /** Unpredictable bytes: ids, secrets, nonces. */
  bytes(count: number): Uint8Array
}

/** pino's shape, as far as it is used here. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Ports {
  logger: Logger
  clock: Clock
  random: Random
}
