/** A broker under measurement, ours or another's, started as its user starts it. */
export interface Peer {
  name: string
  version: string
  /** Settings that a reader needs to repeat the run. */
  config: Record<string, unknown>
  start(dir: string): Promise<RunningPeer>
}

export interface RunningPeer {
  readonly bootstrap: string
  /** Root of the process tree that is accounted. */
  readonly pid: number
  /** A clean stop on SIGTERM; the data stays. */
  halt(): Promise<void>
  /** Starts again on the same data: one exec and nothing before it. */
  restart(): Promise<void>
  /** Ends it; its folder is the caller's. */
  stop(): Promise<void>
}
