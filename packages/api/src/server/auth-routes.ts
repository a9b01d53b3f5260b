// Signing in by link and signing out: the only two addresses beside tRPC that change anything.
import type { IncomingMessage, ServerResponse } from "node:http"
import { z } from "zod"
import type { Sessions } from "../auth/sessions.ts"
import type { SignInLinks } from "../auth/sign-in-links.ts"
import type { Logger } from "../ports.ts"
import type { RateLimiter } from "../rate.ts"
import { readBody } from "./body.ts"
import { type CookiePolicy, readCookie, setCookie } from "./cookies.ts"
import { refuse, sendJson } from "./send.ts"

export interface AuthRoutes {
  sessions: Sessions
  links: SignInLinks
  cookie: CookiePolicy
  /** Five failed attempts a minute per address. */
  attempts: RateLimiter
  logger: Logger
}

const linkBody = z.object({ key: z.string().min(1).max(200) })

export const localUser = "local-admin"

/** The request's origin and content type have been checked. */
export async function answerAuth(routes: AuthRoutes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url) {
    case "/auth/link":
      await redeemLink(routes, request, response)
      break
    case "/auth/sign-out":
      await signOut(routes, request, response)
      break
    default:
      refuse(response, { status: 404, message: "there is nothing here" })
  }
}

async function redeemLink(routes: AuthRoutes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const address = request.socket.remoteAddress ?? ""
  const attempt = routes.attempts.check(address)
  if (!attempt.ok) {
    const seconds = Math.ceil(attempt.retryAfterMs / 1000)
    refuse(response, { status: 429, message: `too many attempts: try again in ${seconds} s`, headers: { "retry-after": String(seconds) } })
    return
  }
  const body = await readBody(request, 1024)
  const parsed = linkBody.safeParse(body.ok ? parseJson(body.bytes) : undefined)
  if (!parsed.success) {
    routes.attempts.take(address)
    refuse(response, { status: 400, message: 'expected {"key":"<the part of the link after #k=>"}' })
    return
  }
  if (!(await routes.links.redeem(parsed.data.key))) {
    routes.attempts.take(address)
    routes.logger.warn({ address }, "a sign-in link was refused")
    refuse(response, {
      status: 401,
      message: "This link was used already or is older than 10 minutes. Ask for a new one: npm start -- --link",
    })
    return
  }
  await endCurrent(routes, request)
  const about = { userName: localUser, address, userAgent: request.headers["user-agent"] ?? "" }
  const { secret, session } = await routes.sessions.create(about)
  routes.logger.info({ address, session: session.id }, "signed in by link")
  const maxAgeSeconds = Math.floor(routes.sessions.limits.absoluteMs / 1000)
  sendJson(response, { status: 200, body: { user: localUser }, headers: { "set-cookie": setCookie(routes.cookie, secret, maxAgeSeconds) } })
}

async function signOut(routes: AuthRoutes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await endCurrent(routes, request)
  sendJson(response, { status: 200, body: { user: null }, headers: { "set-cookie": setCookie(routes.cookie, "", 0) } })
}

async function endCurrent({ sessions, cookie }: AuthRoutes, request: IncomingMessage): Promise<void> {
  const secret = readCookie(request, cookie)
  const session = secret === undefined ? undefined : sessions.find(secret)
  if (session) await sessions.revoke(session.userName, session.id)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch {
    // Not JSON: the schema says what was expected.
    return undefined
  }
}
