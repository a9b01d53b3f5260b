// Where `rivven up` keeps everything: one folder per part below the data directory.
import { mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"

export interface DataDir {
  root: string
  /** Log, groups and topics of the embedded engine. */
  broker: string
  /** Custom resources as YAML files. */
  resources: string
  /** Sessions, metric history and alert states of the console. */
  console: string
}

/** `--data-dir`, else `$XDG_DATA_HOME/rivven`, else `~/.local/share/rivven`. */
export function dataDirPath(flag: string | undefined, xdgDataHome: string | undefined): string {
  if (flag) return resolve(flag)
  return join(xdgDataHome || join(homedir(), ".local", "share"), "rivven")
}

/** Creates the folders, readable by their owner only. */
export function prepareDataDir(root: string): DataDir {
  const dirs: DataDir = { root, broker: join(root, "broker"), resources: join(root, "resources"), console: join(root, "console") }
  for (const dir of Object.values(dirs)) mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dirs
}
