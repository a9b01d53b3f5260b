// An HTTP server that answers as a test says, in order: for what a well-behaved API server never does.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string }
export type Script = (seen: Seen, response: ServerResponse) => void | Promise<void>

export class ScriptedServer {
  readonly seen: Seen[] = []
  readonly #server: Server
  readonly #steps: Script[]

  private constructor(server: Server, steps: Script[]) {
    this.#server = server
    this.#steps = steps
  }

  /** Each request takes the next step; the last one answers all further requests. */
  static async start(...steps: Script[]): Promise<ScriptedServer> {
    const server = createServer()
    const scripted = new ScriptedServer(server, steps)
    server.on("request", (request, response) => void scripted.#answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return scripted
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const seen = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() }
    this.seen.push(seen)
    const step = this.#steps.length > 1 ? this.#steps.shift() : this.#steps[0]
    await step?.(seen, response)
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (_seen, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers })
    response.end(JSON.stringify(body))
  }
}

export function status(code: number, reason: string, headers: Record<string, string> = {}): Script {
  return json(
    code,
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: `${reason} for a test`, reason, code },
    headers,
  )
}

/** Lines of a watch; it stays open unless it ends. */
export function events(lines: readonly unknown[], { ends }: { ends: boolean }): Script {
  return (_seen, response) => {
    response.writeHead(200, { "content-type": "application/json" })
    response.flushHeaders()
    for (const line of lines) response.write(`${JSON.stringify(line)}\n`)
    if (ends) response.end()
  }
}
