/** Cancels what was started; calling it twice does nothing. */
export type Cancel = () => void

/** Time. `monotonic` decides deadlines; `wall` only stamps records. */
export type Clock = {
  monotonic(): number
  wall(): number
  after(ms: number, run: () => void): Cancel
}

/** A number in [0, 1). */
export type Random = { next(): number }

/** What a connected byte stream tells its owner. `onEnd` comes exactly once, after which nothing else comes. */
export type StreamEvents = {
  onOpen(): void
  onData(chunk: Uint8Array): void
  onEnd(cause: Error | null): void
}

/** A byte stream to one address: TCP, TLS; anything that carries bytes in order fits. */
export type ByteStream = {
  /** `onWritten` comes when the bytes left this process; never when the stream ended before. */
  write(bytes: Uint8Array, onWritten?: () => void): void
  /** Ends the stream at once; `onEnd` follows. */
  destroy(): void
}

export type Address = { host: string; port: number }

export type TlsOptions = {
  /** PEM of who signs the brokers' certificates. Default those that Node trusts. */
  ca?: string
  /** PEM of the own certificate with those above it, and of its key, where the brokers ask for one. */
  certificate?: string
  key?: string
  /** The name that the brokers' certificates carry, also sent to them (SNI). Default the host of each address. */
  serverName?: string
}

/** With TLS, `onOpen` comes after the handshake, when the certificate was found good. `null` is plain TCP. */
export type Net = { connect(address: Address, events: StreamEvents, tls: TlsOptions | null): ByteStream }

export type Ports = { clock: Clock; random: Random; net: Net }
