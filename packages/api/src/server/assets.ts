// The exported shell in memory, keyed by exact URL path. No file is opened per request, so no path can escape the folder.
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join, relative, sep } from "node:path"
import { type HtmlTemplate, parseHtml } from "./html-template.ts"

export interface Asset {
  contentType: string
  etag: string
  /** Its name changes with its content. */
  isImmutable: boolean
  identity: Uint8Array
  br: Uint8Array | undefined
  gzip: Uint8Array | undefined
}

export interface AssetTable {
  assets: ReadonlyMap<string, Asset>
  pages: ReadonlyMap<string, HtmlTemplate>
  notFound: HtmlTemplate
}

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
  // Only the framework's own payloads end like this.
  ".txt": "text/x-component; charset=utf-8",
}

/** Throws when the folder is not an exported console. */
export function readAssets(uiDir: string): AssetTable {
  if (!["index.html", "404.html"].every((name) => existsSync(join(uiDir, name))))
    throw new Error(`${uiDir} holds no exported console: index.html and 404.html are missing`)
  const files = readdirSync(uiDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const names = new Set(files.map(({ parentPath, name }) => relative(uiDir, join(parentPath, name)).split(sep).join("/")))
  const assets = new Map<string, Asset>()
  const pages = new Map<string, HtmlTemplate>()
  for (const name of names) {
    const extension = extname(name)
    if (extension === ".html") pages.set(pagePath(name), parseHtml(readFileSync(join(uiDir, name), "utf8")))
    else if (contentTypes[extension] !== undefined) assets.set(`/${name}`, readAsset(uiDir, name, names))
  }
  const notFound = pages.get("/404") ?? { parts: [] }
  pages.delete("/404")
  return { assets, pages, notFound }
}

/** `index.html` → `/`, `topics/view.html` → `/topics/view`. */
function pagePath(name: string): string {
  const path = `/${name.slice(0, -".html".length)}`
  return path.endsWith("/index") ? path.slice(0, -"/index".length) || "/" : path
}

function readAsset(uiDir: string, name: string, names: ReadonlySet<string>): Asset {
  const identity = readFileSync(join(uiDir, name))
  const variant = (suffix: string): Uint8Array | undefined =>
    names.has(`${name}${suffix}`) ? readFileSync(join(uiDir, `${name}${suffix}`)) : undefined
  return {
    contentType: contentTypes[extname(name)] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(identity).digest("base64url").slice(0, 22)}"`,
    isImmutable: name.startsWith("_next/static/"),
    identity,
    br: variant(".br"),
    gzip: variant(".gz"),
  }
}
