import type { NextConfig } from "next"
import { PHASE_DEVELOPMENT_SERVER } from "next/constants.js"

/** `next dev` forwards to the API server; the exported shell is served by that server itself. */
const apiOrigin = "http://127.0.0.1:9191"

const shared: NextConfig = {
  agentRules: false,
  images: { unoptimized: true },
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are checked by the root scripts with the pinned compiler.
  typescript: { ignoreBuildErrors: true },
}

export default function config(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...shared, output: "export" }
  const forwarded = ["/api/:path*", "/auth/:path*"]
  return { ...shared, rewrites: () => Promise.resolve(forwarded.map((source) => ({ source, destination: `${apiOrigin}${source}` }))) }
}
