// From a frame to an answer: finds the handler, checks the version, decodes, runs, encodes, counts. Holds no state but the table of
// handlers. Expected failures are values that handlers put into their responses; a throw is a bug or a failing disk and is answered with
// UNKNOWN_SERVER_ERROR where the response has one place for it, else by closing the connection.
import {
  type Api,
  DecodeError,
  decodeRequest,
  decodeRequestHeader,
  type ErrorName,
  encodeResponse,
  encodeResponseParts,
  errorCode,
  errorName,
  type RequestHeader,
} from "@rivven/protocol"
import { isBrokerError } from "../errors.ts"
import type { Answer, Prepare, Prepared } from "../net/connection.ts"
import type { Peer } from "../net/peer.ts"
import type { QuotaKind } from "../quotas/quota-entity.ts"
import type { Operation, ResourceType } from "../security/access.ts"
import type { Services } from "../services.ts"
import { type Handler, type HandlerResult, noResponse, type RequestContext } from "./define-handler.ts"
import { emptyResponse } from "./empty-response.ts"
import { Throttle } from "./throttle.ts"

const apiVersionsKey = 18

/** Sees every request of one API before its handler does; tests use it to delay, drop and answer. */
export type Intercept = (request: unknown, next: () => Promise<HandlerResult<Api>>) => Promise<HandlerResult<Api>>

export interface DispatcherOptions {
  readonly handlers: readonly Handler[]
  readonly services: Services
  readonly intercepts?: ReadonlyMap<number, Intercept>
}

export function createDispatcher({ handlers, services, intercepts }: DispatcherOptions): Prepare {
  const byKey = new Map(handlers.map((handler) => [handler.api.key, handler]))
  return (frame, peer) => {
    if (peer.authentication.takesRawTokens) return { isPipelined: false, start: () => answerRawToken(frame, peer) }
    const header = readHeader(frame)
    if ("close" in header) return header
    const refusal = peer.authentication.refuses(header.apiKey)
    if (refusal) return { close: refusal }
    const handler = byKey.get(header.apiKey)
    if (!handler) return { close: `request of unknown API ${header.apiKey}` }
    const call = new Call({ handler, header, frame, peer, services, intercept: intercepts?.get(header.apiKey) })
    return call.prepare()
  }
}

/** After SaslHandshake version 0 tokens come and go without headers, and a failure has no answer. */
async function answerRawToken(token: Uint8Array, peer: Peer): Promise<Answer> {
  const { error, reply, closes } = await peer.authentication.authenticate(token)
  if (error !== "NONE") return { close: closes ?? error }
  const size = Buffer.alloc(4)
  size.writeInt32BE(reply.length)
  return { parts: [size, reply] }
}

function readHeader(frame: Uint8Array): RequestHeader | { close: string } {
  try {
    return decodeRequestHeader(frame)
  } catch (error) {
    if (error instanceof DecodeError) return { close: `request header: ${error.message}` }
    throw error
  }
}

interface CallOptions {
  readonly handler: Handler
  readonly header: RequestHeader
  readonly frame: Uint8Array
  readonly peer: Peer
  readonly services: Services
  readonly intercept?: Intercept
}

/** One request on its way. */
class Call {
  readonly #options: CallOptions
  readonly #startedMs: number
  readonly #releases: (() => void)[] = []
  #error: ErrorName | null = null
  #waitedMs = 0
  readonly #throttle: Throttle
  #closes: string | undefined

  constructor(options: CallOptions) {
    this.#options = options
    this.#startedMs = options.services.clock.monotonic()
    const { peer, header, services } = options
    this.#throttle = new Throttle(services.quotas, { user: peer.principal.name, clientId: header.clientId ?? "" })
  }

  prepare(): Prepared | { close: string } {
    const { handler, header } = this.#options
    const { api, accepts = handler.versions } = handler
    const { apiVersion } = header
    const isKnown = apiVersion >= accepts[0] && apiVersion <= accepts[1]
    if (!isKnown && api.key === apiVersionsKey) return { isPipelined: false, start: () => this.#answerUnknownApiVersions() }
    if (!isKnown) return { close: `${this.#what()} is not supported; versions ${accepts[0]} to ${accepts[1]} are` }
    return { isPipelined: handler.isPipelined ?? false, start: () => this.#start() }
  }

  #start(): Answer | Promise<Answer> {
    const { clock } = this.#options.services
    const beganMs = clock.monotonic()
    try {
      const request = this.#decode()
      if ("close" in request) return request
      const result = this.#run(request.body)
      this.#throttle.busy(clock.monotonic() - beganMs)
      if (!(result instanceof Promise)) return this.#finish(result)
      return result.then(
        (later) => this.#finish(later),
        (error: unknown) => this.#onThrow(error),
      )
    } catch (error) {
      return this.#onThrow(error)
    }
  }

  #decode(): { body: unknown } | { close: string } {
    const { handler, header, frame } = this.#options
    try {
      return { body: decodeRequest(handler.api, header.apiVersion, frame, header.bodyOffset) }
    } catch (error) {
      if (error instanceof DecodeError) return { close: `${this.#what()} cannot be read: ${error.message}` }
      throw error
    }
  }

  #run(body: unknown): HandlerResult<Api> | Promise<HandlerResult<Api>> {
    const { handler, intercept } = this.#options
    const context = this.#context()
    if (!intercept) return handler.handle(body as never, context)
    return intercept(body, async () => handler.handle(body as never, context))
  }

  #context(): RequestContext {
    const { header, peer, services } = this.#options
    return Object.assign(Object.create(services), {
      peer,
      clientId: header.clientId ?? "",
      apiVersion: header.apiVersion,
      allows: (operation: Operation, resourceType: ResourceType, name: string) =>
        services.authorizer?.allows(peer, { operation, resourceType, name }) ?? true,
      wouldAllow: (operation: Operation, resourceType: ResourceType, name: string) =>
        services.authorizer?.wouldAllow(peer, { operation, resourceType, name }) ?? true,
      allowsSome: (operation: Operation, resourceType: ResourceType) =>
        services.authorizer?.allowsSome(peer, operation, resourceType) ?? true,
      consumer: { user: peer.principal.name, clientId: header.clientId ?? "" },
      throttle: (kind: QuotaKind, ms: number) => this.#throttle.add(kind, ms),
      afterSent: (release: () => void) => void this.#releases.push(release),
      countError: (error: ErrorName) => {
        this.#error ??= error === "NONE" ? null : error
      },
      closeAfter: (reason: string) => {
        this.#closes ??= reason
      },
      countWait: (ms: number) => {
        this.#waitedMs += ms
      },
    })
  }

  #finish(result: HandlerResult<Api>): Answer {
    if (result === noResponse) {
      this.#count(this.#error)
      this.#release()
      const throttleMs = this.#settleThrottle()
      return throttleMs > 0 ? { parts: [], throttleMs } : "none"
    }
    if (isClose(result)) {
      this.#count(this.#error ?? "UNKNOWN_SERVER_ERROR")
      this.#release()
      return { close: `${this.#what()}: ${result.close}` }
    }
    try {
      return this.#encode(result)
    } catch (error) {
      return this.#onThrow(error)
    }
  }

  /** The response says how long the connection will not be read. */
  #settleThrottle(): number {
    const { handler, frame, peer, services } = this.#options
    if (!peer.authentication.isKnown) return 0
    if (handler.produces) this.#throttle.produced(frame.byteLength)
    return this.#throttle.settle(services.metrics)
  }

  #encode(answered: object): Answer {
    const { handler, header } = this.#options
    const throttleMs = this.#settleThrottle()
    const body = throttleMs > 0 && "throttleTimeMs" in handler.api.response ? { ...answered, throttleTimeMs: throttleMs } : answered
    const encode = { api: handler.api, version: header.apiVersion, correlationId: header.correlationId, body: body as never }
    const parts = handler.carriesRecords
      ? encodeResponseParts(encode.api, encode.version, encode.correlationId, encode.body)
      : [encodeResponse(encode.api, encode.version, encode.correlationId, encode.body)]
    this.#count(this.#error ?? errorOf(body))
    return { parts, release: () => this.#release(), closes: this.#closes, throttleMs }
  }

  #onThrow(error: unknown): Answer {
    const { handler, services, peer } = this.#options
    const fields = { request: this.#what(), peer: peer.host, clientId: this.#options.header.clientId }
    if (isBrokerError(error)) services.logger.warn({ ...fields, code: error.code, reason: error.message }, "a request failed")
    else services.logger.error({ ...fields, error }, "a request failed unexpectedly")
    this.#release()
    const code: ErrorName = isBrokerError(error) ? "KAFKA_STORAGE_ERROR" : "UNKNOWN_SERVER_ERROR"
    this.#error = code
    const empty = emptyResponse(handler.api, this.#options.header.apiVersion, code)
    if (empty) return this.#encode(empty)
    this.#count(code)
    return { close: `${this.#what()} failed` }
  }

  /** KIP-511: in the format of version 0, with every key, so that the client can choose again. */
  #answerUnknownApiVersions(): Answer | Promise<Answer> {
    const { handler, header } = this.#options
    const call = new Call({ ...this.#options, header: { ...header, apiVersion: 0 } })
    const respond = (result: HandlerResult<Api>): Answer =>
      typeof result === "object" && !isClose(result) ? call.#encode({ ...result, errorCode: errorCode("UNSUPPORTED_VERSION") }) : "none"
    const result = handler.handle(versionlessRequest as never, call.#context())
    return result instanceof Promise ? result.then(respond) : respond(result)
  }

  #count(error: ErrorName | null): void {
    const { handler, services } = this.#options
    const tookMs = services.clock.monotonic() - this.#startedMs - this.#waitedMs
    services.metrics.onRequest(handler.api.name, error, Math.max(0, tookMs) / 1_000)
  }

  #release(): void {
    for (const release of this.#releases.splice(0)) release()
  }

  #what(): string {
    const { handler, header } = this.#options
    return `${handler.api.name} version ${header.apiVersion}`
  }
}

const versionlessRequest = { clientSoftwareName: "", clientSoftwareVersion: "" }

function isClose(result: object | symbol): result is { close: string } {
  return typeof result === "object" && "close" in result && typeof result.close === "string"
}

function errorOf(body: object): ErrorName | null {
  const code = "errorCode" in body && typeof body.errorCode === "number" ? body.errorCode : 0
  return code === 0 ? null : (errorName(code) ?? null)
}
