// The parts of the HTTP server, and how it drains.
import type { SignInLinks } from "../auth/sign-in-links.ts"
import type { Deps } from "../context.ts"
import { RateLimiter } from "../rate.ts"
import type { AssetTable } from "./assets.ts"
import { cookiePolicy } from "./cookies.ts"
import { ownHosts } from "./host.ts"
import type { HttpParts, HttpServer } from "./http.ts"
import { StreamSlots } from "./stream-slots.ts"

const streamsEndMs = 1_000
const changesEndMs = 10_000
/** A connection whose last answer went out is idle, and would be kept for the next request. */
const sweepMs = 50

export interface ServerOptions {
  deps: Deps
  links: SignInLinks
  table: AssetTable
  listen: { host: string }
  port: number
}

export interface Server {
  http: HttpParts
  /** `127.0.0.1:9191` */
  host: string
  /** Resolves when nothing is under way any more, or the time for it is over. */
  drain(http: HttpServer): Promise<void>
}

export function serverParts({ deps, links, table, listen, port }: ServerOptions): Server {
  const { clock, random, logger, sessions, live } = deps
  const cookie = cookiePolicy({ port, isTls: false })
  const stopping = new AbortController()
  const http: HttpParts = {
    hosts: ownHosts({ port, names: [listen.host] }),
    shell: { table, random },
    auth: { sessions, links, cookie, attempts: new RateLimiter(clock, { perSecond: 5 / 60, burst: 5 }), logger },
    trpc: {
      deps,
      sessions,
      cookie,
      reads: new RateLimiter(clock, { perSecond: 50, burst: 200 }),
      writes: new RateLimiter(clock, { perSecond: 5, burst: 20 }),
      slots: new StreamSlots({ perHolder: 4, total: 500 }),
      stopping: stopping.signal,
    },
    isTls: false,
    notReady: () => (live.isDraining ? "the console is stopping" : undefined),
    onError: (error, request) =>
      logger.error({ err: error, method: request.method, path: request.url?.split("?", 1)[0] }, "a request failed"),
  }
  const drain = async (server: HttpServer): Promise<void> => {
    live.drain()
    const closed = server.close()
    const cancels = [
      clock.after(streamsEndMs, () => stopping.abort()),
      clock.after(streamsEndMs + changesEndMs, () => server.destroyConnections()),
    ]
    let cancelSweep = (): void => undefined
    const sweep = (): void => {
      server.closeIdleConnections()
      cancelSweep = clock.after(sweepMs, sweep)
    }
    sweep()
    await closed
    cancelSweep()
    for (const cancel of cancels) cancel()
  }
  const name = listen.host.includes(":") ? `[${listen.host}]` : listen.host
  return { http, host: `${name}:${port}`, drain }
}
