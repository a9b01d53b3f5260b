/** Who a data directory belongs to: the lock that one process holds, and `meta.json` with format, cluster id and node id. */
import { BrokerError } from "../errors.ts"
import type { Disk, DiskLock, Random } from "../ports.ts"
import { readFile, replaceFile } from "../storage/disk.ts"
import type { CorruptRange } from "./model.ts"
import { parsePartitionDir } from "./partition-dir.ts"

export interface Meta {
  formatVersion: number
  clusterId: string
  nodeId: number
}

const formatVersion = 1
const metaPath = "meta.json"
const corruptRangesPath = "corrupt-ranges.json"

export async function lockDataDir(disk: Disk): Promise<DiskLock> {
  await disk.makeDir("")
  const lock = await disk.lock("lock.db")
  if (lock.held) return lock
  const holder = lock.pid === null ? "another process" : `process ${lock.pid}`
  throw new BrokerError("DATA_DIR_LOCKED", `the data directory ${disk.name} is in use by ${holder}`, { path: disk.name })
}

export interface Identity {
  clusterId: string | undefined
  nodeId: number | undefined
}

export async function openMeta(disk: Disk, wanted: Identity, random: Random): Promise<Meta> {
  const bytes = await readFile(disk, metaPath)
  if (bytes === null) return createMeta(disk, wanted, random)
  const meta = parseMeta(bytes, disk)
  if (wanted.clusterId !== undefined && wanted.clusterId !== meta.clusterId)
    throw invalid(disk, mismatch("cluster id", meta.clusterId, wanted.clusterId))
  if (wanted.nodeId !== undefined && wanted.nodeId !== meta.nodeId) throw invalid(disk, mismatch("node id", meta.nodeId, wanted.nodeId))
  return meta
}

async function createMeta(disk: Disk, wanted: Identity, random: Random): Promise<Meta> {
  const names = await disk.list("")
  const log = names.find((name) => parsePartitionDir(name) !== null)
  if (log !== undefined) throw invalid(disk, `it holds ${log} but no ${metaPath}`)
  const clusterId = wanted.clusterId ?? Buffer.from(random.bytes(16)).toString("base64url")
  const meta = { formatVersion, clusterId, nodeId: wanted.nodeId ?? 1 }
  await replaceFile(disk, metaPath, new TextEncoder().encode(`${JSON.stringify(meta, null, 2)}\n`))
  return meta
}

function parseMeta(bytes: Uint8Array, disk: Disk): Meta {
  const meta = parseJson(bytes) as Partial<Meta> | null
  if (meta === null || typeof meta.clusterId !== "string" || typeof meta.nodeId !== "number") throw invalid(disk, `${metaPath} is damaged`)
  if (meta.formatVersion !== formatVersion) {
    throw invalid(disk, `${metaPath} says format ${meta.formatVersion}, this version reads format ${formatVersion}`)
  }
  return { formatVersion, clusterId: meta.clusterId, nodeId: meta.nodeId }
}

/** Damage that starts have found so far, so that it is remembered after a clean stop. */
export async function readCorruptRanges(disk: Disk): Promise<CorruptRange[]> {
  const bytes = await readFile(disk, corruptRangesPath)
  const ranges = bytes === null ? null : parseJson(bytes)
  return Array.isArray(ranges) ? (ranges as CorruptRange[]) : []
}

export function writeCorruptRanges(disk: Disk, ranges: readonly CorruptRange[]): Promise<void> {
  return replaceFile(disk, corruptRangesPath, new TextEncoder().encode(`${JSON.stringify(ranges, null, 2)}\n`))
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown
  } catch {
    // Damage and absence are the callers' matter.
    return null
  }
}

const mismatch = (what: string, found: string | number, wanted: string | number): string =>
  `its ${what} is ${found}, the configuration says ${wanted}`

const invalid = (disk: Disk, why: string): BrokerError =>
  new BrokerError("DATA_DIR_INVALID", `the data directory ${disk.name} cannot be used: ${why}`, { path: disk.name })
