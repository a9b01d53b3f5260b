/** Small files and error kinds on top of the disk port. */
import type { Disk, DiskFile } from "../ports.ts"

export function diskErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}

export function isDiskFull(error: unknown): boolean {
  const code = diskErrorCode(error)
  return code === "ENOSPC" || code === "EDQUOT"
}

export const isMissing = (error: unknown): boolean => diskErrorCode(error) === "ENOENT"

export class ShortWrite extends Error {
  override readonly name = "ShortWrite"
  /** A full disk says so by a short count first and by an error only at the next call. */
  readonly code = "ENOSPC"

  constructor(path: string, wanted: number, got: number) {
    super(`${path}: the disk took ${got} of ${wanted} bytes`)
  }
}

/** Runs with an open file and closes it in any case. */
export async function withFile<T>(opening: Promise<DiskFile>, use: (file: DiskFile) => Promise<T>): Promise<T> {
  const file = await opening
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

export function writeAll(file: DiskFile, bytes: Uint8Array, at: { position: number; path: string }): void {
  const count = file.write([bytes], at.position)
  if (count !== bytes.length) throw new ShortWrite(at.path, bytes.length, count)
}

/** A whole small file, or null when there is none. */
export async function readFile(disk: Disk, path: string): Promise<Uint8Array | null> {
  try {
    return await withFile(disk.open(path, "read"), async (file) => {
      const bytes = new Uint8Array(file.size())
      return bytes.subarray(0, await file.read(bytes, 0))
    })
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Writes and syncs a file whose directory entry the caller makes durable. */
export async function writeFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  await withFile(disk.open(path, "create"), async (file) => {
    writeAll(file, bytes, { position: 0, path })
    await file.datasync()
  })
}

/** Old or new content, never anything between: a new file, synced, renamed over the old one, and the directory synced. */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.tmp`
  await writeFile(disk, fresh, bytes)
  await disk.rename(fresh, path)
  await disk.syncDir(parentOf(path))
}

/** Removes a file if it is there; durable after `syncDir`. */
export async function removeFile(disk: Disk, path: string): Promise<boolean> {
  try {
    await disk.unlink(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/")
  return slash < 0 ? "" : path.slice(0, slash)
}
