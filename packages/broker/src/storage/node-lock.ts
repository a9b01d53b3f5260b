/**
 * An exclusive lock that the operating system drops with the process. Node has no flock, but SQLite's file locks are fcntl locks:
 * a connection in exclusive locking mode that has written once keeps them. The holder's pid goes into `user_version`, which lies in the
 * file header, so that whoever is refused can say who holds it without asking SQLite.
 */
import { closeSync, openSync, readSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import type { DiskLock, LockHeld } from "../ports.ts"

/** fcntl locks belong to the process: opening and closing the file a second time here would silently drop them. */
const heldHere = new Set<string>()

const userVersionAt = 60

export async function nodeLock(path: string): Promise<DiskLock | LockHeld> {
  if (heldHere.has(path)) return { held: false, pid: process.pid }
  const database = new DatabaseSync(path)
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE")
    database.exec(`BEGIN EXCLUSIVE; PRAGMA user_version = ${process.pid}; COMMIT`)
  } catch (error) {
    database.close()
    if (isBusy(error)) return { held: false, pid: holderOf(path) }
    throw error
  }
  heldHere.add(path)
  return {
    held: true,
    async release() {
      if (!heldHere.delete(path)) return
      database.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (error.errcode === 5 || error.errcode === 261)
}

function holderOf(path: string): number | null {
  const header = new Uint8Array(4)
  const file = openSync(path, "r")
  try {
    if (readSync(file, header, 0, 4, userVersionAt) < 4) return null
  } finally {
    closeSync(file)
  }
  return new DataView(header.buffer).getInt32(0) || null
}
