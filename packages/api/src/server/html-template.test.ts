import { describe, expect, it } from "vitest"
import { parseHtml, renderHtml } from "./html-template.ts"

const exported = `<!DOCTYPE html><html><head><link rel="stylesheet" href="/a.css"/><link rel="preload" as="script" href="/a.js"/><style>p{}</style><script src="/a.js" async=""></script></head><body><script>self.x="<script>"</script><scripture>no</scripture></body></html>`

describe("nonce templating", () => {
  it("gives every script, style and script preload the nonce of the request", () => {
    const html = renderHtml(parseHtml(exported), "AAAA")
    expect(html).toContain('<link nonce="AAAA" rel="preload" as="script" href="/a.js"/>')
    expect(html).toContain('<style nonce="AAAA">p{}</style>')
    expect(html).toContain('<script nonce="AAAA" src="/a.js" async="">')
    expect(html).toContain('<link rel="stylesheet" href="/a.css"/>')
  })

  it("leaves the text of scripts and other elements alone", () => {
    const html = renderHtml(parseHtml(exported), "AAAA")
    expect(html).toContain('<script nonce="AAAA">self.x="<script>"</script>')
    expect(html).toContain("<scripture>no</scripture>")
  })

  it("differs between requests in the nonce only", () => {
    const template = parseHtml(exported)
    expect(renderHtml(template, "B").replaceAll(' nonce="B"', "")).toBe(exported)
  })

  it("refuses an export that carries a nonce of its own", () => {
    expect(() => parseHtml('<script nonce="x">1</script>')).toThrow("nonce of its own")
  })
})
