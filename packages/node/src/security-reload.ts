// Looks at the files of certificates, keys, users and token keys again and again, and gives the broker what has changed. Names may be links
// that are exchanged, as Kubernetes does, so that what counts is what a name leads to now. What cannot be used changes nothing.
import { statSync } from "node:fs"
import type { RunningBroker } from "@rivven/broker"
import type { NodeConfig } from "./config.ts"
import type { Logger } from "./ports.ts"
import { type LoadedSecurity, loadSecurity } from "./security.ts"

export interface SecurityReload {
  /** Looks now. */
  check(): Promise<void>
  stop(): void
}

export interface ReloadOptions {
  readonly config: NodeConfig
  readonly baseDir: string
  readonly loaded: LoadedSecurity
  readonly broker: Pick<RunningBroker, "replaceTls" | "setUsers" | "setTokenRules">
  readonly logger: Logger
  readonly everyMs?: number
}

const defaultEveryMs = 2_000

export function watchSecurity({ config, baseDir, loaded, broker, logger, everyMs = defaultEveryMs }: ReloadOptions): SecurityReload {
  const { files } = loaded
  let seen = stampOf(files)
  let current = loaded
  let checking: Promise<void> | null = null
  const look = async () => {
    const stamp = stampOf(files)
    if (stamp === seen) return
    seen = stamp
    try {
      const next = loadSecurity(config, baseDir)
      await give(broker, current, next)
      current = next
      logger.info({ files: files.length }, "certificates, users and keys were read again")
    } catch (error) {
      logger.error(
        { reason: error instanceof Error ? error.message : String(error) },
        "changed security files cannot be used; the former ones stay",
      )
    }
  }
  const check = () => {
    checking ??= look().finally(() => {
      checking = null
    })
    return checking
  }
  const timer = setInterval(() => void check(), everyMs)
  timer.unref()
  return { check, stop: () => clearInterval(timer) }
}

async function give(broker: ReloadOptions["broker"], before: LoadedSecurity, after: LoadedSecurity): Promise<void> {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b)
  for (const [index, { name, tls }] of after.listeners.entries())
    if (tls && differs(before.listeners[index]?.tls, tls)) broker.replaceTls(name, tls.material)
  if (after.security.users && differs(before.security.users, after.security.users)) await broker.setUsers(after.security.users)
  if (after.security.oauth && differs(before.security.oauth, after.security.oauth)) broker.setTokenRules(after.security.oauth)
}

/** A missing file is a state, too: it may be on its way. */
function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false })
      return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : "missing"
    })
    .join("\n")
}
