/**
 * One connection to one broker. It owns the byte stream, the correlation ids and the queue of requests that wait for an answer.
 * Kafka answers each connection in request order, so an answer whose correlation id is not the oldest one's ends the connection, and so
 * does a request that missed its deadline: what comes after it can no longer be told apart. It never reconnects and never retries;
 * `broker-pool.ts` opens a new one. Everything that arrives is hostile: frames are capped, decoding is checked, an error is a value.
 */
import {
  type Api,
  DecodeError,
  decodeResponse,
  EncodeError,
  encodeRequest,
  FrameReader,
  type RequestInput,
  type ResponseOf,
} from "@rivven/protocol"
import { ApiVersions } from "@rivven/protocol/messages"
import { Deadline } from "./deadline.ts"
import { type Failed, failed, ok, type Result } from "./errors.ts"
import type { Address, ByteStream, Cancel, Clock, Net, TlsOptions } from "./ports.ts"
import { authenticate, type SaslOptions } from "./sasl.ts"
import { featuresOf, parseVersions, type VersionRange, versionFor } from "./versions.ts"

export type ConnectionConfig = {
  net: Net
  clock: Clock
  clientId: string
  /** Answers above this size end the connection. */
  maxFrameBytes: number
  tls?: TlsOptions | null
  sasl?: SaslOptions | null
  /** Time for connecting, the exchange of versions and authentication. */
  connectTimeoutMs: number
  softwareVersion: string
  /** Where correlation ids start; they wrap at 2^31. */
  firstCorrelationId?: number
}

export type SendOptions = {
  timeoutMs: number
  /** Never use a newer version than this, for example because a topic's id is unknown. */
  maxVersion?: number
  /** Never use an older one, because it could not say what is meant. */
  minVersion?: number
  /** The broker never answers (acks=0): the result is there when the bytes left this process. */
  isOneWay?: boolean
}

/** A request's body, or how to make it for the version that both sides know. */
export type BodyOf<A extends Api> = RequestInput<A> | ((version: number) => RequestInput<A>)

type Waiting = { correlationId: number; isOneWay: boolean; settle(answer: Result<Uint8Array>): void; cancelTimer: Cancel }

const unsupportedVersion = 35

export class Connection {
  readonly address: Address
  /** Called once when the connection has ended, with the reason. */
  onClosed: ((reason: Failed) => void) | null = null
  readonly #config: ConnectionConfig
  readonly #stream: ByteStream
  readonly #frames: FrameReader
  readonly #waiting: Waiting[] = []
  #versions: ReadonlyMap<number, VersionRange> = new Map()
  #features: ReadonlyMap<string, number> = new Map()
  #nextId: number
  #opened: (() => void) | null = null
  #ended: Failed | null = null

  private constructor(address: Address, config: ConnectionConfig) {
    this.address = address
    this.#config = config
    this.#nextId = config.firstCorrelationId ?? 0
    this.#frames = new FrameReader({ maxFrameBytes: config.maxFrameBytes })
    const events = {
      onOpen: () => this.#opened?.(),
      onData: (chunk: Uint8Array) => this.#receive(chunk),
      onEnd: (cause: Error | null) =>
        this.#end(failed("CONNECTION_LOST", `${this.#name} closed the connection${cause === null ? "" : `: ${cause.message}`}`)),
    }
    this.#stream = config.net.connect(address, events, config.tls ?? null)
  }

  /** Connects, asks which versions this broker speaks (the answer holds for this connection only), and says who this client is. */
  static async open(address: Address, config: ConnectionConfig): Promise<Result<Connection>> {
    const connection = new Connection(address, config)
    const deadline = new Deadline(config.clock, config.connectTimeoutMs)
    const connected = await connection.#connected()
    if (!connected.ok) return connected
    const versions = await connection.#exchangeVersions(deadline.leftMs)
    if (!versions.ok) {
      connection.#end(versions)
      return versions
    }
    connection.#versions = versions.value
    const { sasl = null } = config
    const known = sasl === null ? ok(undefined) : await authenticate(connection, sasl, () => deadline.leftMs)
    if (known.ok) return ok(connection)
    connection.#end(known)
    return known
  }

  get isOpen(): boolean {
    return this.#ended === null
  }

  get inFlight(): number {
    return this.#waiting.length
  }

  /** The version that `send` will use for this API, or why this broker cannot. */
  versionOf(api: Api, bounds: { minVersion?: number; maxVersion?: number } = {}): Result<number> {
    return versionFor(api, this.#versions, { ...bounds, broker: this.#name })
  }

  /** The level of a feature that the cluster has finalised; 0 without it. */
  featureOf(name: string): number {
    return this.#features.get(name) ?? 0
  }

  async send<A extends Api>(api: A, body: BodyOf<A>, options: SendOptions): Promise<Result<ResponseOf<A>>> {
    const version = this.versionOf(api, options)
    if (!version.ok) return version
    const made = typeof body === "function" ? body(version.value) : body
    const answer = await this.#exchange({ api, version: version.value, body: made }, options)
    if (!answer.ok) return answer
    if (options.isOneWay === true) return ok({} as ResponseOf<A>)
    return this.#decode(api, version.value, answer.value)
  }

  close(): void {
    this.#end(failed("CLOSED", `the connection to ${this.#name} was closed by this client`))
  }

  get #name(): string {
    return `${this.address.host}:${this.address.port}`
  }

  #connected(): Promise<Result<void>> {
    return new Promise((resolve) => {
      const timeoutMs = this.#config.connectTimeoutMs
      const cancel = this.#config.clock.after(timeoutMs, () =>
        this.#end(failed("CONNECT_FAILED", `${this.#name} did not accept a connection within ${timeoutMs} ms`)),
      )
      this.#opened = () => {
        cancel()
        this.onClosed = null
        resolve(ok(undefined))
      }
      this.onClosed = (reason) => {
        cancel()
        const { message } = reason.error
        resolve(reason.error.code === "CONNECTION_LOST" ? failed("CONNECT_FAILED", `cannot connect: ${message}`) : reason)
      }
      if (this.#ended !== null) this.onClosed(this.#ended)
    })
  }

  async #exchangeVersions(timeoutMs: number): Promise<Result<ReadonlyMap<number, VersionRange>>> {
    const body = { clientSoftwareName: "rivven", clientSoftwareVersion: this.#config.softwareVersion }
    let version: number = ApiVersions.versions[1]
    for (;;) {
      const answer = await this.#exchange({ api: ApiVersions, version, body }, { timeoutMs })
      if (!answer.ok) return answer
      const isRefused = answer.value.length >= 6 && readInt16(answer.value, 4) === unsupportedVersion
      const decoded = this.#decode(ApiVersions, isRefused ? 0 : version, answer.value)
      if (!decoded.ok) return decoded
      const versions = parseVersions(decoded.value)
      this.#features = featuresOf(decoded.value)
      if (!isRefused) return versions
      // The refusal lists what would be accepted; version 0 is the floor that every broker has.
      const accepted = versions.ok ? Math.min(versions.value.get(ApiVersions.key)?.max ?? 0, version - 1) : 0
      if (version === 0) return failed("BAD_ANSWER", `${this.#name} refuses every version of ApiVersions`)
      version = Math.max(0, accepted)
    }
  }

  #exchange<A extends Api>(
    request: { api: A; version: number; body: RequestInput<A> },
    { timeoutMs, isOneWay }: SendOptions,
  ): Promise<Result<Uint8Array>> {
    if (this.#ended !== null) return Promise.resolve(this.#ended)
    const correlationId = this.#nextId
    this.#nextId = (correlationId + 1) & 0x7fffffff
    const encoded = this.#encode(request, correlationId)
    if (!encoded.ok) return Promise.resolve(encoded)
    return new Promise((resolve) => {
      const { clock } = this.#config
      const cancelTimer = clock.after(timeoutMs, () =>
        this.#expire(`${request.api.name} got no answer from ${this.#name} within ${Math.round(timeoutMs)} ms`, resolve),
      )
      const waiting: Waiting = { correlationId, isOneWay: isOneWay === true, settle: resolve, cancelTimer }
      this.#waiting.push(waiting)
      this.#stream.write(encoded.value, isOneWay === true ? () => this.#settle(waiting, ok(new Uint8Array(0))) : undefined)
    })
  }

  #encode<A extends Api>(request: { api: A; version: number; body: RequestInput<A> }, correlationId: number): Result<Uint8Array> {
    try {
      return ok(encodeRequest(request.api, request.version, { correlationId, clientId: this.#config.clientId }, request.body))
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error
      return failed("BAD_INPUT", `${request.api.name} (version ${request.version}) cannot carry this: ${error.message}`)
    }
  }

  #settle(waiting: Waiting, answer: Result<Uint8Array>): void {
    const index = this.#waiting.indexOf(waiting)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    waiting.cancelTimer()
    waiting.settle(answer)
  }

  #expire(message: string, settle: (answer: Result<Uint8Array>) => void): void {
    settle(failed("TIMEOUT", message))
    this.#end(failed("CONNECTION_LOST", `the connection was closed because ${message}`))
  }

  #receive(chunk: Uint8Array): void {
    if (this.#ended !== null) return
    try {
      for (const frame of this.#frames.push(chunk)) this.#answer(frame)
    } catch (error) {
      this.#end(failed("BAD_ANSWER", `${this.#name} sent something that is not a Kafka frame: ${String(error)}`))
    }
  }

  #answer(frame: Uint8Array): void {
    if (this.#ended !== null) return
    const oldest = this.#waiting.find((waiting) => !waiting.isOneWay)
    const correlationId = frame.length < 4 ? null : (readInt16(frame, 0) << 16) | (readInt16(frame, 2) & 0xffff)
    if (oldest !== undefined && oldest.correlationId === correlationId) {
      this.#settle(oldest, ok(frame))
      return
    }
    const wanted = oldest === undefined ? "no request waits" : `request ${oldest.correlationId} waits`
    const got = correlationId === null ? `sent a frame of ${frame.length} bytes` : `answered request ${correlationId}`
    this.#end(failed("BAD_ANSWER", `${this.#name} ${got} while ${wanted}`))
  }

  #decode<A extends Api>(api: A, version: number, frame: Uint8Array): Result<ResponseOf<A>> {
    try {
      return ok(decodeResponse(api, version, frame).body)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      const failure = failed("BAD_ANSWER", `${this.#name} sent a malformed ${api.name} answer (version ${version}): ${error.message}`)
      this.#end(failure)
      return failure
    }
  }

  #end(reason: Failed): void {
    if (this.#ended !== null) return
    this.#ended = reason
    this.#stream.destroy()
    for (const waiting of this.#waiting.splice(0)) {
      waiting.cancelTimer()
      waiting.settle(reason)
    }
    this.onClosed?.(reason)
  }
}

function readInt16(bytes: Uint8Array, offset: number): number {
  return ((((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)) << 16) >> 16
}
