// A signal for streams: it aborts when their session ends, by whatever means. Every stream gets it, whether or not it looks at sessions itself.
import type { Clock } from "../ports.ts"
import type { Sessions } from "./sessions.ts"

/** A stream may say goodbye for this long. */
const goodbyeMs = 500
/** A session that runs out tells nobody. */
const checkMs = 30_000

export interface SessionEnd {
  signal: AbortSignal
  /** The stream is over: nobody listens any more. */
  release: () => void
}

export function whenSessionEnds({ sessions, clock }: { sessions: Sessions; clock: Clock }, sessionId: string): SessionEnd {
  const ended = new AbortController()
  let cancel = (): void => undefined
  const forget = sessions.onEnded((id) => {
    if (id === sessionId) end()
  })
  function end(): void {
    cancel()
    cancel = clock.after(goodbyeMs, () => ended.abort())
  }
  function check(): void {
    if (sessions.isActive(sessionId)) cancel = clock.after(checkMs, check)
    else end()
  }
  check()
  const release = (): void => {
    forget()
    cancel()
  }
  return { signal: ended.signal, release }
}
