// A client of nothing but the wire: encodes requests, sends bytes, decodes responses in order. For tests that care about frames; it knows
// no metadata, no retries and no state.
import { connect, type Socket } from "node:net"
import { type Api, decodeResponse, encodeRequest, FrameReader, type RequestInput, type ResponseOf } from "@rivven/protocol"

interface Pending {
  readonly resolve: (frame: Uint8Array) => void
  readonly reject: (reason: Error) => void
}

export class WireClient implements AsyncDisposable {
  readonly socket: Socket
  readonly clientId: string
  readonly #reader = new FrameReader({ maxFrameBytes: 0x7fff_ffff })
  readonly #pending: Pending[] = []
  readonly #closed: Promise<void>
  #correlationId = 0
  isClosed = false

  private constructor(socket: Socket, clientId: string) {
    this.socket = socket
    this.clientId = clientId
    socket.on("error", () => {})
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    this.#closed = new Promise((resolve) => socket.on("close", () => resolve(this.#onClose())))
  }

  static connect({ host, port, clientId = "wire" }: { host: string; port: number; clientId?: string }): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true })
      socket.once("error", reject)
      socket.once("connect", () => resolve(new WireClient(socket, clientId)))
    })
  }

  /** Over a socket that is connected already, for example one of TLS. */
  static over(socket: Socket, clientId = "wire"): WireClient {
    return new WireClient(socket, clientId)
  }

  async call<A extends Api>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>> {
    const correlationId = this.#correlationId + 1
    const frame = await this.send(this.encode(api, version, body))
    const response = decodeResponse(api, version, frame)
    if (response.correlationId !== correlationId) throw new Error(`correlation id ${response.correlationId}, expected ${correlationId}`)
    return response.body
  }

  encode<A extends Api>(api: A, version: number, body: RequestInput<A>): Uint8Array {
    this.#correlationId += 1
    return encodeRequest(api, version, { correlationId: this.#correlationId, clientId: this.clientId }, body)
  }

  /** Sends whole frames that have one response, which it answers as a frame without its length. */
  send(bytes: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(new Error("the connection is closed"))
      this.#pending.push({ resolve, reject })
      this.socket.write(bytes)
    })
  }

  /** Sends bytes that nothing is expected for. */
  push(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Expects one more response, for bytes sent in pieces. */
  nextFrame(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => this.#pending.push({ resolve, reject }))
  }

  /** Resolves when the broker, or this side, has ended the connection. */
  closed(): Promise<void> {
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    await this.#closed
  }

  #onData(chunk: Buffer): void {
    for (const frame of this.#reader.push(chunk)) this.#pending.shift()?.resolve(frame)
  }

  #onClose(): void {
    this.isClosed = true
    for (const { reject } of this.#pending.splice(0)) reject(new Error("the connection was closed"))
  }
}
