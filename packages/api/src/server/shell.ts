// Answers for the exported shell: pages with a fresh nonce, assets in the best encoding the browser takes. It holds no data and needs no session.
import type { IncomingMessage, ServerResponse } from "node:http"
import { promisify } from "node:util"
import { constants, gzip } from "node:zlib"
import type { Random } from "../ports.ts"
import type { Asset, AssetTable } from "./assets.ts"
import { closedPolicy, contentSecurityPolicy } from "./headers.ts"
import { newNonce, renderHtml } from "./html-template.ts"

const compress = promisify(gzip)

export interface ShellOptions {
  table: AssetTable
  random: Random
}

export async function answerShell(options: ShellOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD", "content-type": "text/plain; charset=utf-8" }).end("only GET is answered here\n")
    return
  }
  const path = pathOf(request)
  const asset = options.table.assets.get(path)
  if (asset) {
    answerAsset(asset, request, response)
    return
  }
  await answerPage(options, { request, response, path })
}

export function pathOf(request: IncomingMessage): string {
  const raw = (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/"
  return raw.length > 1 && raw.endsWith("/") ? raw.slice(0, -1) : raw
}

function answerAsset(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const caching = asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
  const headers = { etag: asset.etag, "cache-control": caching, vary: "accept-encoding", "content-security-policy": closedPolicy }
  if (request.headers["if-none-match"] === asset.etag) {
    response.writeHead(304, headers).end()
    return
  }
  const { body, encoding } = bestVariant(asset, request.headers["accept-encoding"] ?? "")
  response.writeHead(200, {
    ...headers,
    "content-type": asset.contentType,
    "content-length": body.byteLength,
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
  })
  response.end(request.method === "HEAD" ? undefined : body)
}

function bestVariant(asset: Asset, accepted: string): { body: Uint8Array; encoding?: "br" | "gzip" } {
  if (asset.br && accepts(accepted, "br")) return { body: asset.br, encoding: "br" }
  if (asset.gzip && accepts(accepted, "gzip")) return { body: asset.gzip, encoding: "gzip" }
  return { body: asset.identity }
}

/** Whether an Accept-Encoding header admits a coding; `q=0` does not. */
export function accepts(header: string, coding: string): boolean {
  return header.split(",").some((item) => {
    const [name, ...params] = item.split(";").map((part) => part.trim().toLowerCase())
    return name === coding && !params.some((param) => /^q=0(\.0*)?$/.test(param))
  })
}

interface PageRequest {
  request: IncomingMessage
  response: ServerResponse
  path: string
}

async function answerPage({ table, random }: ShellOptions, { request, response, path }: PageRequest): Promise<void> {
  const page = table.pages.get(path)
  const nonce = newNonce(random)
  const html = renderHtml(page ?? table.notFound, nonce)
  const isCompressed = accepts(request.headers["accept-encoding"] ?? "", "gzip")
  const body = isCompressed ? await compress(html, { level: constants.Z_BEST_SPEED }) : Buffer.from(html)
  response.writeHead(page ? 200 : 404, {
    "content-type": "text/html; charset=utf-8",
    "content-length": body.byteLength,
    "content-security-policy": contentSecurityPolicy(nonce),
    "cache-control": "no-store",
    vary: "accept-encoding",
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
  })
  response.end(request.method === "HEAD" ? undefined : body)
}
