// One writer per directory: an exclusive transaction on a SQLite file, which the operating system ends with the process, however it dies.
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { KubeError } from "../../errors.ts"

export type Lock = { release(): void }

/** Throws `Locked` when another process, or another part of this one, holds it. */
export function lockDir(stateDir: string): Lock {
  const database = new DatabaseSync(join(stateDir, "lock"))
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  } catch (cause) {
    database.close()
    if (!(cause instanceof Error && /locked/.test(cause.message))) throw cause
    throw new KubeError("Locked", `the resource directory ${stateDir} is in use by another process`, { cause })
  }
  return { release: () => database.close() }
}
