import { readFileSync } from "node:fs"
import { join } from "node:path"
import { startNode } from "../../e2e/fixtures/node.ts"
import type { Peer } from "./peer.ts"

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"))

/** `rivven node` with the embedded engine; everything else as installed. */
export function rivven(durability: "fsync" | "os" = "fsync"): Peer {
  const settings = { storage: { durability } }
  return {
    name: `rivven (${durability})`,
    version,
    config: settings,
    start: async (dir) => {
      let node = await startNode(settings, dir)
      return {
        get bootstrap() {
          return node.bootstrap
        },
        get pid() {
          return node.pid
        },
        halt: async () => void (await node.stop()),
        restart: async () => {
          node = await startNode(settings, dir)
        },
        stop: async () => void (await node.stop()),
      }
    },
  }
}
