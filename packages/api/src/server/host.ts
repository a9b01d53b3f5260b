// Which Host and Origin are ours. Anything else gets 421: a foreign name that was rebound to loopback must not reach the console.
import type { IncomingMessage } from "node:http"

export interface OwnHosts {
  /** Origins by the Host header that goes with them: `127.0.0.1:9191` → `http://127.0.0.1:9191`. */
  originByHost: ReadonlyMap<string, string>
}

/** The loopback names, and the address that was configured, with our port. */
export function ownHosts({ port, names }: { port: number; names: readonly string[] }): OwnHosts {
  const own = names.map((name) => (name.includes(":") ? `[${name}]` : name))
  const hosts = [...new Set(["127.0.0.1", "localhost", "[::1]", ...own])].map((name) => (port === 80 ? name : `${name}:${port}`))
  return { originByHost: new Map(hosts.map((host) => [host, `http://${host}`])) }
}

/** The origin under which this request came; undefined when its Host is not ours. */
export function originOf(request: IncomingMessage, { originByHost }: OwnHosts): string | undefined {
  return originByHost.get((request.headers.host ?? "").toLowerCase())
}
