// Only one process may use a data directory: an exclusive transaction on a SQLite file, which the operating system ends with the process.
// Taken before anything else, so that a second `rivven up` never touches a file of the first.
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

export interface DataDirLock {
  release(): void
}

/** `undefined` when another process holds it. */
export function lockDataDir(dataDir: string): DataDirLock | undefined {
  const database = new DatabaseSync(join(dataDir, "up.lock"))
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked/.test(error.message)) return undefined
    throw error
  }
  return { release: () => database.close() }
}
