/** A broker under measurement, ours or another's, started as its user starts it. */
export interface Peer {
  name: string
  version: string
  /** Settings that a reader needs to repeat the run. */
  config: Record<string, unknown>
  start(dir: string): Promise<RunningPeer>
}

export interface RunningPeer {
  bootstrap: string
  /** Root of the process tree that is accounted. */
  pid: number
  /** A clean stop: what `rivven node` and Kafka do on SIGTERM. */
  stop(): Promise<void>
}
