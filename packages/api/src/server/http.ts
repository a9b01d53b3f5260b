// The console's HTTP server: shell, tRPC, sign-in, health. It has no upgrade handler, no CORS and no method override.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { type AuthRoutes, answerAuth } from "./auth-routes.ts"
import { securityHeaders } from "./headers.ts"
import { type OwnHosts, originOf } from "./host.ts"
import { type Refusal, refuseRead, refuseWrite } from "./request-checks.ts"
import { refuse, sendJson } from "./send.ts"
import { answerShell, pathOf, type ShellOptions } from "./shell.ts"
import { answerTrpc, endpoint, type TrpcHandler } from "./trpc-handler.ts"

export interface HttpParts {
  hosts: OwnHosts
  shell: ShellOptions
  auth: AuthRoutes
  trpc: TrpcHandler
  isTls: boolean
  /** Why it takes no traffic: not ready yet, or draining. Undefined when it does. */
  notReady(): string | undefined
  onError(error: unknown, request: IncomingMessage): void
}

export interface ListenOptions {
  host: string
  port: number
}

export class PortTakenError extends Error {
  readonly code = "PORT_TAKEN"
}

/** Listens first, so that the port is known, and answers 503 until `serve` gives it its parts. */
export class HttpServer {
  readonly #server: Server
  #parts: HttpParts | undefined

  private constructor() {
    this.#server = createServer(
      {
        headersTimeout: 10_000,
        requestTimeout: 30_000,
        keepAliveTimeout: 10_000,
        maxHeaderSize: 16_384,
        connectionsCheckingInterval: 5_000,
      },
      (request, response) => this.#take(request, response),
    )
    this.#server.maxConnections = 2_000
  }

  static listen({ host, port }: ListenOptions): Promise<HttpServer> {
    const http = new HttpServer()
    return new Promise((resolve, reject) => {
      http.#server.once("error", (error: NodeJS.ErrnoException) => {
        reject(error.code === "EADDRINUSE" ? new PortTakenError(`port ${port} on ${host} is already in use`, { cause: error }) : error)
      })
      http.#server.listen({ host, port }, () => resolve(http))
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  serve(parts: HttpParts): void {
    this.#parts = parts
  }

  /** Takes no new connection. Resolves when all of them are gone. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  closeIdleConnections(): void {
    this.#server.closeIdleConnections()
  }

  destroyConnections(): void {
    this.#server.closeAllConnections()
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const parts = this.#parts
    if (!parts) {
      refuse(response, { status: 503, message: "starting", headers: { "retry-after": "1" } })
      return
    }
    for (const [name, value] of Object.entries(securityHeaders(parts))) response.setHeader(name, value)
    answer(parts, request, response).catch((error: unknown) => {
      parts.onError(error, request)
      if (response.headersSent) response.destroy()
      else refuse(response, { status: 500, message: "the console failed to answer; its log says why" })
    })
  }
}

async function answer(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request)
  if (path === "/healthz" || path === "/healthz/ready") return answerHealth(parts, path, response)
  const origin = originOf(request, parts.hosts)
  if (origin === undefined) {
    const known = [...parts.hosts.originByHost.values()].join(", ")
    return refuse(response, { status: 421, message: `this console answers only as ${known}` })
  }
  if (!path.startsWith("/api/") && !path.startsWith("/auth/")) return answerShell(parts.shell, request, response)
  const refusal = refusalOf(parts, request, origin)
  if (refusal) return refuse(response, refusal)
  if (path.startsWith("/auth/")) return answerAuth(parts.auth, request, response)
  if (path.startsWith(`${endpoint}/`)) return answerTrpc(parts.trpc, { request, response, origin })
  refuse(response, { status: 404, message: "there is nothing here" })
}

function refusalOf(parts: HttpParts, request: IncomingMessage, origin: string): Refusal | undefined {
  const notReady = parts.notReady()
  if (notReady !== undefined) return { status: 503, message: notReady, headers: { "retry-after": "2" } }
  if (request.method === "POST") return refuseWrite(request, origin)
  if (request.method === "GET" && !request.url?.startsWith("/auth/")) return refuseRead(request, origin)
  return { status: 405, message: "this method is not answered here", headers: { allow: "GET, POST" } }
}

/** The event loop turns when this answers at all. Sources do not count: a dead broker must not restart the console. */
function answerHealth(parts: HttpParts, path: string, response: ServerResponse): void {
  const reason = path === "/healthz" ? undefined : parts.notReady()
  sendJson(response, {
    status: reason === undefined ? 200 : 503,
    body: { ok: reason === undefined, ...(reason === undefined ? {} : { reason }) },
  })
}
