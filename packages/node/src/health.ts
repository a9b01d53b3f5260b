// The node's own HTTP listener: /health/live, /health/ready, /health/startup and the metrics page. It knows nothing of the engine but the
// two functions it is given, so that a dead engine still answers "not live" instead of refusing the connection.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Address } from "./config.ts"
import { NodeError } from "./errors.ts"

export interface Health {
  /** The event loop turns and the engine is up. */
  live: boolean
  /** A record could be acknowledged. False first on a stop. */
  ready: boolean
  /** Recovery is finished. */
  started: boolean
  /** Why one of them is false. */
  reason?: string
}

export interface HealthServerOptions {
  listen: Address
  metricsPath: string
  health(): Health
  metrics(): Promise<{ contentType: string; body: string }>
}

export interface HealthServer {
  address: Address
  stop(): Promise<void>
}

/** Listens, or throws `PORT_TAKEN` naming the address. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8_192 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" })
      response.end(`${error instanceof Error ? error.message : String(error)}\n`)
    })
  })
  await listen(server, options.listen)
  const { port } = server.address() as AddressInfo
  return { address: { host: options.listen.host, port }, stop: () => close(server) }
}

async function answer(options: HealthServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/"
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end()
    return
  }
  if (path === options.metricsPath) {
    const { contentType, body } = await options.metrics()
    response.writeHead(200, { "content-type": contentType, "cache-control": "no-store" }).end(body)
    return
  }
  const health = options.health()
  const probes: Record<string, boolean> = { "/health/live": health.live, "/health/ready": health.ready, "/health/startup": health.started }
  const isOk = probes[path]
  if (isOk === undefined) {
    response
      .writeHead(404, { "content-type": "text/plain" })
      .end(`known paths: ${[...Object.keys(probes), options.metricsPath].join(", ")}\n`)
    return
  }
  response
    .writeHead(isOk ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" })
    .end(`${JSON.stringify({ ok: isOk, ...(health.reason ? { reason: health.reason } : {}) })}\n`)
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE"
      reject(isTaken ? new NodeError("PORT_TAKEN", `port ${port} on ${host} is taken`, { cause: error }) : error)
    })
    server.listen(port, host, resolve)
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
