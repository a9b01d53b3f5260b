import type { IncomingMessage } from "node:http"
import { describe, expect, it } from "vitest"
import { originOf, ownHosts } from "./host.ts"
import { refuseRead, refuseWrite } from "./request-checks.ts"

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage
const origin = "http://127.0.0.1:9191"
const good = { origin, "x-rivven": "1", "content-type": "application/json", "sec-fetch-site": "same-origin" }

describe("host check", () => {
  const hosts = ownHosts({ port: 9191, names: ["127.0.0.1"] })

  it.each(["127.0.0.1:9191", "localhost:9191", "[::1]:9191", "LOCALHOST:9191"])("answers as %s", (host) => {
    expect(originOf(request({ host }), hosts)).toBe(`http://${host.toLowerCase()}`)
  })

  it.each(["evil.example", "127.0.0.1", "127.0.0.1:9192", "evil.example:9191", "127.0.0.1.evil.example:9191", ""])(
    "does not answer as %j",
    (host) => {
      expect(originOf(request({ host }), hosts)).toBeUndefined()
    },
  )
})

describe("writes", () => {
  it("lets a same-origin JSON request with our header through, also without fetch metadata", () => {
    expect(refuseWrite(request(good), origin)).toBeUndefined()
    expect(refuseWrite(request({ ...good, "sec-fetch-site": undefined as unknown as string }), origin)).toBeUndefined()
    expect(refuseWrite(request({ ...good, "content-type": "application/json; charset=utf-8" }), origin)).toBeUndefined()
  })

  it.each([
    ["another site", { "sec-fetch-site": "cross-site" }, 403],
    ["a sibling site", { "sec-fetch-site": "same-site" }, 403],
    ["another origin", { origin: "http://evil.example" }, 403],
    ["the origin null", { origin: "null" }, 403],
    ["a missing header", { "x-rivven": "" }, 403],
    ["plain text", { "content-type": "text/plain" }, 415],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["another JSON type", { "content-type": "application/json-patch+json" }, 415],
    ["a compressed body", { "content-encoding": "gzip" }, 415],
  ])("refuses %s", (_, headers, status) => {
    expect(refuseWrite(request({ ...good, ...headers }), origin)?.status).toBe(status)
  })
})

describe("reads", () => {
  it("lets our page and clients without fetch metadata through", () => {
    expect(refuseRead(request({ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }), origin)).toBeUndefined()
    expect(refuseRead(request({}), origin)).toBeUndefined()
  })

  it.each([
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }],
    [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" }],
    [{ origin: "http://evil.example" }],
  ])("refuses %j", (headers) => {
    expect(refuseRead(request(headers), origin)?.status).toBe(403)
  })
})
