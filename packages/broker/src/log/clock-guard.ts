/**
 * The time that retention believes. A wall clock that jumps forward must not delete anything at once: until a jump was seen a second
 * time ten minutes later, by the monotonic clock, the old time goes on. Jumps back are believed: they only delay.
 */
import type { Clock } from "../ports.ts"

const confirmAfterMs = 600_000
const toleratedMs = 60_000

export class ClockGuard {
  private readonly clock: Clock
  /** Wall minus monotonic, as believed. */
  private offset: number
  private suspectSince: number | null = null

  /** `lastSeenMs`: the wall clock when this directory was last in use, if that is known. */
  constructor(clock: Clock, lastSeenMs: number | null) {
    this.clock = clock
    this.offset = (lastSeenMs ?? clock.wall()) - clock.monotonic()
  }

  nowMs(): number {
    const monotonic = this.clock.monotonic()
    const seen = this.clock.wall() - monotonic
    if (seen - this.offset <= toleratedMs) {
      this.offset = seen
      this.suspectSince = null
    } else {
      this.suspectSince ??= monotonic
      if (monotonic - this.suspectSince >= confirmAfterMs) {
        this.offset = seen
        this.suspectSince = null
      }
    }
    return this.offset + monotonic
  }
}
