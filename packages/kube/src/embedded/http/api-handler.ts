// Every request: who asks, what for, one answer. An expected failure becomes a Status; anything else is a bug, logged with its stack,
// and costs nothing but its own request.
import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { KubeError } from "../../errors.ts"
import type { DiscoveryHandler } from "../discovery/handler.ts"
import { answerReview } from "../discovery/reviews.ts"
import type { Server } from "../verbs/context.ts"
import { mediaTypeOf, parseBody, readBody } from "./body.ts"
import type { ResourceHandler } from "./handler.ts"
import { parseRoute } from "./route.ts"

export type ApiOptions = { server: Server; token: string; resources: ResourceHandler; discovery: DiscoveryHandler }

export class ApiHandler {
  readonly #server: Server
  readonly #token: Buffer
  readonly #resources: ResourceHandler
  readonly #discovery: DiscoveryHandler

  constructor({ server, token, resources, discovery }: ApiOptions) {
    this.#server = server
    this.#token = Buffer.from(`Bearer ${token}`)
    this.#resources = resources
    this.#discovery = discovery
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response)
    } catch (error) {
      this.#fail(request, response, error)
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "https://rivven.invalid")
    const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname
    if (["/healthz", "/livez", "/readyz"].includes(path)) {
      this.#sendHealth(response)
      return
    }
    if (!this.#isKnown(request)) throw new KubeError("Unauthorized", "Unauthorized")
    const route = parseRoute(path, this.#server.registry)
    if (route) {
      const answer = await this.#resources.handle({ request, response, query: url.searchParams, route })
      if (answer) send(response, { contentType: "application/json", ...answer })
      return
    }
    const document = request.method === "GET" ? this.#discovery.handle(path, request.headers.accept) : undefined
    if (document) send(response, { status: 200, ...document })
    else await this.#review(request, response, path)
  }

  async #review(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== "POST" || !answerReview(path, undefined)) {
      throw new KubeError("NotFound", "the server could not find the requested resource")
    }
    const body = parseBody(await readBody(request), mediaTypeOf(request)).value
    send(response, { status: 201, contentType: "application/json", body: JSON.stringify(answerReview(path, body)) })
  }

  #isKnown(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? "")
    return given.length === this.#token.length && timingSafeEqual(given, this.#token)
  }

  #sendHealth(response: ServerResponse): void {
    const { failure } = this.#server.store
    if (failure) send(response, { status: 503, contentType: "text/plain", body: failure.message })
    else send(response, { status: 200, contentType: "text/plain", body: "ok" })
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const known = error instanceof KubeError ? error : this.#report(request, error)
    if (response.headersSent) {
      response.destroy()
      return
    }
    // What was not read of a refused body would be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close")
    const { retryAfterMs } = known
    if (retryAfterMs !== undefined) response.setHeader("retry-after", Math.ceil(retryAfterMs / 1000))
    send(response, { status: known.httpStatus, contentType: "application/json", body: JSON.stringify(known.toStatus()) })
  }

  #report(request: IncomingMessage, error: unknown): KubeError {
    // A client that went away in the middle of its own body is no bug.
    if (request.destroyed && !request.complete) return new KubeError("BadRequest", "the request broke off")
    this.#server.ports.logger.error({ err: error, method: request.method, path: request.url?.split("?")[0] }, "request failed unexpectedly")
    return new KubeError("InternalError", "Internal error occurred: the request failed unexpectedly; the log has the details")
  }
}

type Response = { status: number; contentType: string; body: string; warnings?: readonly string[] }

function send(response: ServerResponse, { status, contentType, body, warnings = [] }: Response): void {
  const warning = warnings.map((text) => `299 - ${JSON.stringify(text.replace(/[^\x20-\x7e]/g, "?"))}`)
  if (warning.length > 0) response.setHeader("warning", warning)
  const bytes = Buffer.from(body)
  response.writeHead(status, { "content-type": contentType, "content-length": bytes.length, "cache-control": "no-cache, private" })
  response.end(bytes)
}
