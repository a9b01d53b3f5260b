import type { IncomingMessage } from "node:http"

export interface CookiePolicy {
  name: string
  isSecure: boolean
}

/** Cookies ignore ports: on loopback the name carries it, so that two consoles do not sign each other out. */
export function cookiePolicy(options: { port: number; isTls: boolean }): CookiePolicy {
  return options.isTls ? { name: "__Host-rivven", isSecure: true } : { name: `rivven-${options.port}`, isSecure: false }
}

export function readCookie(request: IncomingMessage, { name }: CookiePolicy): string | undefined {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=")
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

export function setCookie({ name, isSecure }: CookiePolicy, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${isSecure ? "; Secure" : ""}`
}
