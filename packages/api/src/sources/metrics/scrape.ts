import { type Exposition, parseExposition } from "./exposition.ts"

export interface MetricsTarget {
  /** Console name of the cluster. */
  cluster: string
  url: string
  /** Name of the node in labels; the cluster's name when absent. */
  pod?: string
}

export type Scrape = { ok: true; value: Exposition } | { ok: false; error: { code: string; message: string } }

const timeoutMs = 5_000
const maxBytes = 16 * 1024 * 1024

/** One page of metrics of a node that configuration names. Redirects are not followed. */
export async function scrape(target: MetricsTarget): Promise<Scrape> {
  try {
    const response = await fetch(target.url, {
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: "text/plain" },
    })
    if (!response.ok) return failed("BAD_ANSWER", `the metrics page answered HTTP status ${response.status}`)
    const text = await readText(response)
    return text === undefined
      ? failed("BAD_ANSWER", `the metrics page is longer than ${maxBytes} bytes`)
      : { ok: true, value: parseExposition(text) }
  } catch (error) {
    // Unreachable, too slow, or not HTTP: one case for whoever looks at it.
    return failed("UNREACHABLE", `the metrics page does not answer: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function readText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ""
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function failed(code: string, message: string): Scrape {
  return { ok: false, error: { code, message } }
}
