/**
 * Two small files that make starts fast. `recovery-points`: below which offset each partition's files were verified, synced and have
 * their caches. `clean-shutdown`: how each partition ended; it exists only between a clean stop and the next start. Both are JSON behind
 * a CRC line, and a file that does not check is as good as none.
 */
import { crc32c } from "@rivven/protocol/records"
import type { Disk } from "../ports.ts"
import { readFile, removeFile, replaceFile } from "../storage/disk.ts"

export interface PartitionMark {
  topicId: string
  index: number
  offset: number
}

export interface CleanMark extends PartitionMark {
  /** Bytes of the active segment. */
  activeBytes: number
  segments: number
}

interface Marks<T> {
  /** Wall clock when written: a start far behind or ahead of it does not trust its clock at once. */
  wallMs: number
  partitions: T[]
}

export const recoveryPointsPath = "recovery-points"
export const cleanShutdownPath = "clean-shutdown"

export const readRecoveryPoints = (disk: Disk): Promise<Marks<PartitionMark> | null> => readMarks<PartitionMark>(disk, recoveryPointsPath)

export const writeRecoveryPoints = (disk: Disk, marks: Marks<PartitionMark>): Promise<void> =>
  replaceFile(disk, recoveryPointsPath, encode(marks))

export const readCleanShutdown = (disk: Disk): Promise<Marks<CleanMark> | null> => readMarks<CleanMark>(disk, cleanShutdownPath)

export const writeCleanShutdown = (disk: Disk, marks: Marks<CleanMark>): Promise<void> =>
  replaceFile(disk, cleanShutdownPath, encode(marks))

/** From here on the directory counts as uncleanly left. */
export async function removeCleanShutdown(disk: Disk): Promise<void> {
  if (await removeFile(disk, cleanShutdownPath)) await disk.syncDir("")
}

export const markKey = (mark: { topicId: string; index: number }): string => `${mark.topicId}/${mark.index}`

function encode(marks: Marks<PartitionMark>): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(marks))
  return new Uint8Array([...new TextEncoder().encode(`${checksum(body)}\n`), ...body])
}

async function readMarks<T>(disk: Disk, path: string): Promise<Marks<T> | null> {
  const bytes = await readFile(disk, path)
  if (bytes === null || bytes[8] !== 10) return null
  const body = bytes.subarray(9)
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== checksum(body)) return null
  return JSON.parse(new TextDecoder().decode(body)) as Marks<T>
}

const checksum = (body: Uint8Array): string => crc32c(body).toString(16).padStart(8, "0")
