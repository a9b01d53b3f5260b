/**
 * The durable frontier: an append-only journal that says of each partition "everything below X is durable, in leader epoch E, and the
 * log starts at S". It separates a torn tail (above X: cut) from damaged acknowledged data (below X: keep, report). An entry is written
 * only after the fdatasync it describes, so the journal may lag but never leads. Frames: length, CRC-32C, entries of 40 bytes.
 */
import { crc32c } from "@rivven/protocol/records"
import type { Disk, DiskFile } from "../ports.ts"
import { readFile, replaceFile, writeAll } from "../storage/disk.ts"

export interface FrontierEntry {
  /** 22 characters of base64url. */
  topicId: string
  index: number
  leaderEpoch: number
  logStart: number
  durable: number
}

const frameBytes = 8
const entryBytes = 40
const rotateAtBytes = 1_048_576
export const frontierPath = "frontier"

export class Frontier {
  /** What the journal says. */
  private readonly known: Map<string, FrontierEntry>
  /** What it shall say next. */
  private readonly noted = new Map<string, FrontierEntry>()
  private readonly disk: Disk
  private file: DiskFile | null = null
  private position = 0
  private running: Promise<void> | null = null

  private constructor(disk: Disk, known: Map<string, FrontierEntry>) {
    this.disk = disk
    this.known = known
  }

  /** Reads what is there; nothing is written before `rotate`. */
  static async load(disk: Disk): Promise<Frontier> {
    const bytes = await readFile(disk, frontierPath)
    return new Frontier(disk, bytes === null ? new Map() : decodeFrontier(bytes))
  }

  get hasNotes(): boolean {
    return this.noted.size > 0
  }

  get(topicId: string, index: number): FrontierEntry | undefined {
    return this.known.get(keyOf(topicId, index))
  }

  all(): Iterable<FrontierEntry> {
    return this.known.values()
  }

  note(entry: FrontierEntry): void {
    this.noted.set(keyOf(entry.topicId, entry.index), entry)
  }

  /** The partition is gone; its entry goes with the next rotation. */
  forget(topicId: string, index: number): void {
    this.known.delete(keyOf(topicId, index))
    this.noted.delete(keyOf(topicId, index))
  }

  /** Resolves when everything noted before the call is durable. Rejects with the disk's error; the journal is then unusable. */
  async sync(): Promise<void> {
    while (this.running !== null) await this.running
    if (this.noted.size === 0) return
    this.running = this.writeNoted()
    try {
      await this.running
    } finally {
      this.running = null
    }
  }

  /** Replaces the journal by one that holds the last word only, and opens it. */
  async rotate(): Promise<void> {
    const noted = [...this.noted]
    const frame = encodeFrontier([...new Map([...this.known, ...noted]).values()])
    await this.file?.close()
    this.file = null
    await replaceFile(this.disk, frontierPath, frame)
    for (const [key, entry] of noted) {
      this.known.set(key, entry)
      if (this.noted.get(key) === entry) this.noted.delete(key)
    }
    this.file = await this.disk.open(frontierPath, "append")
    this.position = frame.length
  }

  async close(): Promise<void> {
    await this.file?.close()
    this.file = null
  }

  private async writeNoted(): Promise<void> {
    if (this.file === null || this.position > rotateAtBytes) return this.rotate()
    const entries = [...this.noted.values()]
    this.noted.clear()
    try {
      await this.appendFrame(this.file, encodeFrontier(entries))
      for (const entry of entries) this.known.set(keyOf(entry.topicId, entry.index), entry)
    } catch (error) {
      this.takeBack(entries)
      throw error
    }
  }

  private async appendFrame(file: DiskFile, frame: Uint8Array): Promise<void> {
    writeAll(file, frame, { position: this.position, path: frontierPath })
    this.position += frame.length
    await file.datasync()
  }

  /** The frame may lie there torn: nothing can be read behind it, so the next one goes into a new journal. */
  private takeBack(entries: readonly FrontierEntry[]): void {
    for (const entry of entries) {
      const key = keyOf(entry.topicId, entry.index)
      if (!this.noted.has(key)) this.noted.set(key, entry)
    }
    this.position = Number.POSITIVE_INFINITY
  }
}

const keyOf = (topicId: string, index: number): string => `${topicId}/${index}`

/** One frame; nothing at all for no entries, because a frame of zeros must not look like one. */
export function encodeFrontier(entries: readonly FrontierEntry[]): Uint8Array {
  if (entries.length === 0) return new Uint8Array(0)
  const bytes = new Uint8Array(frameBytes + entries.length * entryBytes)
  const view = new DataView(bytes.buffer)
  entries.forEach((entry, index) => {
    const at = frameBytes + index * entryBytes
    bytes.set(Buffer.from(entry.topicId, "base64url").subarray(0, 16), at)
    view.setInt32(at + 16, entry.index)
    view.setInt32(at + 20, entry.leaderEpoch)
    view.setBigInt64(at + 24, BigInt(entry.logStart))
    view.setBigInt64(at + 32, BigInt(entry.durable))
  })
  view.setUint32(0, bytes.length - frameBytes)
  view.setUint32(4, crc32c(bytes.subarray(frameBytes)))
  return bytes
}

/** The last entry of each partition, up to the first frame that is torn. */
export function decodeFrontier(bytes: Uint8Array): Map<string, FrontierEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const found = new Map<string, FrontierEntry>()
  for (let at = 0; at + frameBytes <= bytes.length; ) {
    const [start, end] = [at + frameBytes, at + frameBytes + view.getUint32(at)]
    const isWhole = end <= bytes.length && (end - start) % entryBytes === 0 && end > start
    if (!isWhole || view.getUint32(at + 4) !== crc32c(bytes.subarray(start, end))) break
    for (let row = start; row < end; row += entryBytes) {
      const entry = readEntry(bytes, view, row)
      found.set(keyOf(entry.topicId, entry.index), entry)
    }
    at = end
  }
  return found
}

function readEntry(bytes: Uint8Array, view: DataView, at: number): FrontierEntry {
  return {
    topicId: Buffer.from(bytes.subarray(at, at + 16)).toString("base64url"),
    index: view.getInt32(at + 16),
    leaderEpoch: view.getInt32(at + 20),
    logStart: Number(view.getBigInt64(at + 24)),
    durable: Number(view.getBigInt64(at + 32)),
  }
}
