// The exported HTML is split once at the tags that need a nonce; each request joins the parts with a fresh one.
import type { Random } from "../ports.ts"

export interface HtmlTemplate {
  /** Parts between which ` nonce="…"` goes. */
  parts: readonly string[]
}

/** Places in which a nonce is inserted: right after the tag's name. */
const nonceTags = /<(?:script|style)(?=[\s>])|<link(?=[^>]*\sas="script")/g

/** Throws when a tag carries a nonce of its own: it would shadow ours. */
export function parseHtml(html: string): HtmlTemplate {
  if (/<(?:script|style|link)\b[^>]*\snonce=/.test(html)) throw new Error("exported HTML carries a nonce of its own")
  const parts: string[] = []
  let from = 0
  for (const match of html.matchAll(nonceTags)) {
    if (isInsideScript(html, match.index)) continue
    const end = match.index + match[0].length
    parts.push(html.slice(from, end))
    from = end
  }
  parts.push(html.slice(from))
  return { parts }
}

export function renderHtml({ parts }: HtmlTemplate, nonce: string): string {
  return parts.join(` nonce="${nonce}"`)
}

/** 128 bits. */
export function newNonce(random: Random): string {
  return Buffer.from(random.bytes(16)).toString("base64")
}

/** Text of a script may spell a tag; a browser does not take it for one, and an insertion would change the script. */
function isInsideScript(html: string, at: number): boolean {
  const open = html.lastIndexOf("<script", at - 1)
  if (open < 0) return false
  const start = html.indexOf(">", open)
  const close = html.indexOf("</script", start)
  return start >= 0 && start < at && (close < 0 || close > at)
}
