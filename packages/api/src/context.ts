// What a procedure is given: who asks, and the sources it may use. Routers and the functions behind them know nothing else.
import type { Subject } from "./access.ts"
import type { Clock, Logger, Random } from "./ports.ts"

export interface Caller {
  subject: Subject
  /** Public id of the session; null for anonymous. */
  sessionId: string | null
  address: string
  requestId: string
  /** Aborted when the browser goes away or the request takes too long. */
  signal: AbortSignal
}

export interface Deps {
  clock: Clock
  random: Random
  logger: Logger
}

export interface Context {
  caller: Caller
  deps: Deps
}
