// HTTP to one API server: one undici Agent, JSON in and out, typed errors from Status, retries. Knows verbs and paths, no kinds.
import { readFile } from "node:fs/promises"
import type { Readable } from "node:stream"
import { Agent, type Dispatcher } from "undici"
import { KubeError } from "./errors.ts"
import { type KubePorts, withDefaults } from "./ports.ts"

export type Credentials = {
  /** `https://host:port` */
  server: string
  /** PEM of the certificate authority; the system's own when absent. */
  ca?: string
  token?: string
  /** Read again every 60 s; wins over `token`. */
  tokenFile?: string
  impersonate?: { user: string; groups?: string[] }
}

export type RestRequest = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  path: string
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  contentType?: string
  /** Answering twice changes nothing more than answering once, so that a lost answer may be asked for again. GET always is. */
  isIdempotent?: boolean
  signal?: AbortSignal
}

export type RestAnswer = { status: number; body: unknown }

const connectionLimit = 16
const attemptLimit = 5
const firstDelayMs = 100
const maxDelayMs = 5_000
const tokenMaxAgeMs = 60_000
const answerTimeoutMs = 60_000

export class RestClient {
  readonly #credentials: Credentials
  readonly #agent: Agent
  /** Watches hold their connection for minutes: in one pool with requests they would starve them. */
  readonly #watchAgent: Agent
  readonly #ports: KubePorts
  #token: { value: string; readAtMs: number } | undefined

  constructor(credentials: Credentials, ports?: Partial<KubePorts>) {
    this.#credentials = credentials
    this.#ports = withDefaults(ports)
    const connect = { ca: credentials.ca }
    this.#agent = new Agent({ connect, connections: connectionLimit, headersTimeout: answerTimeoutMs, bodyTimeout: answerTimeoutMs })
    this.#watchAgent = new Agent({ connect, headersTimeout: answerTimeoutMs, bodyTimeout: 0 })
  }

  get server(): string {
    return this.#credentials.server
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#watchAgent.destroy()])
  }

  async request(request: RestRequest): Promise<RestAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#once(request)
      if (!(outcome instanceof KubeError)) return outcome
      if (attempt >= attemptLimit || !mayRetry(request, outcome)) throw outcome
      await this.#pause(this.#delayMs(attempt, outcome), request.signal)
    }
  }

  /** The body as it comes, for watches. Never retried here: the reflector decides from where to go on. */
  async stream(request: RestRequest): Promise<Readable> {
    const response = await this.#send(request, this.#watchAgent)
    if (response instanceof KubeError) throw response
    if (response.statusCode >= 300) throw KubeError.fromStatus(parse(await response.body.text()), response.statusCode)
    return response.body
  }

  async #once(request: RestRequest): Promise<RestAnswer | KubeError> {
    const response = await this.#send(request, this.#agent)
    if (response instanceof KubeError) return response
    try {
      const text = await response.body.text()
      const body = parse(text)
      if (response.statusCode >= 300)
        return withRetryAfter(KubeError.fromStatus(body, response.statusCode), response.headers["retry-after"])
      if (typeof body === "string")
        return new KubeError("BadAnswer", `the API server answered ${request.path} with something that is not JSON`)
      return { status: response.statusCode, body }
    } catch (error) {
      return unreachable(this.server, error, request.signal)
    }
  }

  async #send(request: RestRequest, agent: Agent): Promise<Dispatcher.ResponseData | KubeError> {
    try {
      return await agent.request({
        origin: this.#credentials.server,
        path: request.path + formatQuery(request.query),
        method: request.method,
        headers: await this.#headers(request),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: request.signal,
      })
    } catch (error) {
      return unreachable(this.server, error, request.signal)
    }
  }

  async #headers(request: RestRequest): Promise<Record<string, string | string[]>> {
    const { impersonate } = this.#credentials
    const token = await this.#readToken()
    return {
      accept: "application/json",
      "user-agent": "rivven",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(request.body !== undefined && { "content-type": request.contentType ?? "application/json" }),
      ...(impersonate && { "impersonate-user": impersonate.user, "impersonate-group": impersonate.groups ?? [] }),
    }
  }

  async #readToken(): Promise<string | undefined> {
    const { tokenFile, token } = this.#credentials
    if (tokenFile === undefined) return token
    const nowMs = this.#ports.clock.monotonic()
    if (this.#token && nowMs - this.#token.readAtMs < tokenMaxAgeMs) return this.#token.value
    this.#token = { value: (await readFile(tokenFile, "utf8")).trim(), readAtMs: nowMs }
    return this.#token.value
  }

  #delayMs(attempt: number, error: KubeError): number {
    const backoffMs = Math.min(maxDelayMs, firstDelayMs * 2 ** attempt) * (0.5 + this.#ports.random.next() / 2)
    return Math.max(error.retryAfterMs ?? 0, backoffMs)
  }

  #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel()
        reject(new KubeError("Stopped", "the request was cancelled"))
      }
      const cancel = this.#ports.clock.after(ms, () => {
        signal?.removeEventListener("abort", abort)
        resolve()
      })
      if (signal?.aborted) abort()
      else signal?.addEventListener("abort", abort, { once: true })
    })
  }
}

/** A 429 was refused before any effect; after a 5xx or a lost connection only what may happen twice is sent again. */
function mayRetry(request: RestRequest, error: KubeError): boolean {
  if (error.code === "TooManyRequests") return true
  return error.retriable && (request.method === "GET" || request.isIdempotent === true)
}

function unreachable(server: string, cause: unknown, signal: AbortSignal | undefined): KubeError {
  if (signal?.aborted) return new KubeError("Stopped", "the request was cancelled", { cause })
  const why = cause instanceof Error ? cause.message : String(cause)
  return new KubeError("Unreachable", `cannot reach the API server at ${server}: ${why}`, { cause })
}

function withRetryAfter(error: KubeError, header: string | string[] | undefined): KubeError {
  const seconds = Number(header)
  if (header === undefined || !Number.isFinite(seconds) || error.details.retryAfterSeconds !== undefined) return error
  const details = { ...error.details, retryAfterSeconds: seconds }
  return new KubeError(error.code, error.message, { details, httpStatus: error.httpStatus })
}

function formatQuery(query: RestRequest["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap<[string, string]>(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: proxies and Go's own error pages answer in plain text; the caller decides what that means.
    return text
  }
}
