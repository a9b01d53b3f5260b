// The bounds that hold from the first byte of a connection, and the memory shared by connections with large frames.

export interface ConnectionLimits {
  /** A longer request closes its connection before anything is allocated. */
  readonly maxFrameBytes: number
  /** A request above this reserves its bytes from the budget of all connections first. */
  readonly largeFrameBytes: number
  readonly largeFrameBudgetBytes: number
  /** Requests of one connection that are read but not answered; beyond either, its socket is not read. */
  readonly maxInFlight: number
  readonly maxInFlightBytes: number
  /** Response bytes a slow reader may leave in the process before its next request starts. */
  readonly maxBufferedBytes: number
  readonly idleMs: number
  /** A frame that has begun and gets no byte for this long closes its connection. */
  readonly stalledFrameMs: number
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly maxConnectionsPerPrincipal: number
  /** TLS handshakes that one address may begin per second. */
  readonly handshakesPerSecond: number
  /** From the first byte until it is known who is there: TLS handshake and SASL together. */
  readonly handshakeMs: number
  /** An answer to a failed login is held back so long: guessing over one connection after the other is slow. */
  readonly failureDelayMs: number
  /** The longest request of a connection that has not authenticated. */
  readonly unauthenticatedFrameBytes: number
  /** An event loop later than this sheds new connections. */
  readonly maxLoopLagMs: number
}

export const defaultLimits: ConnectionLimits = {
  maxFrameBytes: 104_857_600,
  largeFrameBytes: 8_388_608,
  largeFrameBudgetBytes: 268_435_456,
  maxInFlight: 64,
  maxInFlightBytes: 16_777_216,
  maxBufferedBytes: 1_048_576,
  idleMs: 600_000,
  stalledFrameMs: 30_000,
  maxConnections: 2_147_483_647,
  maxConnectionsPerAddress: 2_147_483_647,
  maxConnectionsPerPrincipal: 2_147_483_647,
  handshakesPerSecond: 20,
  handshakeMs: 10_000,
  failureDelayMs: 100,
  unauthenticatedFrameBytes: 65_536,
  maxLoopLagMs: 500,
}

/** A number of bytes that many may take from; who finds too little waits in line. */
export class ByteBudget {
  #freeBytes: number
  readonly #waiting: { readonly bytes: number; readonly granted: () => void }[] = []

  constructor(totalBytes: number) {
    this.#freeBytes = totalBytes
  }

  get freeBytes(): number {
    return this.#freeBytes
  }

  /** Runs `granted` at once or later. The answer takes the request or the grant back; calling it twice does nothing. */
  reserve(bytes: number, granted: () => void): () => void {
    const ticket = { bytes, granted: () => grant() }
    let state: "waiting" | "granted" | "released" = "waiting"
    const grant = () => {
      state = "granted"
      this.#freeBytes -= bytes
      granted()
    }
    if (this.#waiting.length === 0 && bytes <= this.#freeBytes) grant()
    else this.#waiting.push(ticket)
    return () => {
      if (state === "granted") this.#freeBytes += bytes
      else if (state === "waiting") this.#waiting.splice(this.#waiting.indexOf(ticket), 1)
      state = "released"
      this.#serve()
    }
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#freeBytes; next = this.#waiting[0]) {
      this.#waiting.shift()
      next.granted()
    }
  }
}
