// Append-only file of changes: `<crc32> <json>` per line, the first line a header. Written in batches; one fdatasync makes a batch durable,
// and the next batch is written only after it. So a damaged line may be cut off as a torn tail only if no later batch follows it: with a
// later batch behind it, acknowledged changes were lost and opening fails instead of forgetting them.
import { crc32 } from "node:zlib"
import { KubeError } from "../../errors.ts"
import { type AnyObject, isRecord } from "../../object.ts"
import type { AppendFile, Disk } from "./disk.ts"

export type Change = {
  revision: number
  collection: string
  key: string
  /** JSON of the object; absent when it was deleted. */
  json: string | undefined
}

export type Replayed = {
  revision: number
  /** Collection → key → JSON, in the order of the last change. */
  objects: Map<string, Map<string, unknown>>
  /** Bytes of a torn tail that were cut off. */
  droppedBytes: number
}

const format = 1
const compactionFloorBytes = 4 * 1024 * 1024

export class Journal {
  readonly #disk: Disk
  readonly #path: string
  #file: AppendFile
  #batch: number
  #sizeBytes: number
  #liveBytes: number

  private constructor(disk: Disk, path: string, state: { file: AppendFile; batch: number; sizeBytes: number }) {
    this.#disk = disk
    this.#path = path
    this.#file = state.file
    this.#batch = state.batch
    this.#sizeBytes = state.sizeBytes
    this.#liveBytes = state.sizeBytes
  }

  /** Throws `StorageDamaged` with the position when acknowledged changes cannot be read. */
  static async open(disk: Disk, path: string): Promise<{ journal: Journal; replayed: Replayed }> {
    const bytes = (await disk.read(path)) ?? new Uint8Array()
    const { replayed, batch, sizeBytes } = replay(bytes, path)
    if (sizeBytes < bytes.length) await disk.truncate(path, sizeBytes)
    const file = await disk.openAppend(path)
    const journal = new Journal(disk, path, { file, batch, sizeBytes })
    if (sizeBytes === 0) await journal.#appendHeader(replayed.revision)
    return { journal, replayed }
  }

  /** Durable when it resolves. After a failure nothing may be appended any more: what reached the disk is unknown. */
  async append(changes: readonly Change[]): Promise<void> {
    this.#batch += 1
    const bytes = Buffer.from(batchLines(changes, this.#batch).join(""))
    await this.#file.append(bytes)
    await this.#file.sync()
    this.#sizeBytes += bytes.length
  }

  /** Most of the file is history. */
  get wantsCompaction(): boolean {
    return this.#sizeBytes > Math.max(compactionFloorBytes, this.#liveBytes * 4)
  }

  /** Replaces the file by one that holds these changes only; a crash leaves the old or the new one. */
  async compact(revision: number, live: readonly Change[]): Promise<void> {
    const bytes = Buffer.from([headerLine(revision), ...batchLines(live, this.#batch)].join(""))
    await this.#disk.keepAs(this.#path, previousOf(this.#path))
    await this.#disk.replace(this.#path, bytes, { mode: 0o600, isDurable: true })
    await this.#file.close()
    this.#file = await this.#disk.openAppend(this.#path)
    this.#sizeBytes = bytes.length
    this.#liveBytes = bytes.length
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #appendHeader(revision: number): Promise<void> {
    const bytes = Buffer.from(headerLine(revision))
    await this.#file.append(bytes)
    await this.#file.sync()
    this.#sizeBytes = bytes.length
  }
}

/** The history before the last compaction: it tells a file that was left behind by a crash from one that somebody edited. */
function previousOf(path: string): string {
  return `${path}.previous`
}

/** Every state that an object was ever given, as far back as the journal goes. */
export async function* readHistory(disk: Disk, path: string): AsyncGenerator<{ collection: string; key: string; object: AnyObject }> {
  for (const file of [previousOf(path), path]) {
    for (const { value } of readLines((await disk.read(file)) ?? new Uint8Array())) {
      const { c: collection, k: key, o: object } = value ?? {}
      if (typeof collection === "string" && typeof key === "string" && isRecord(object))
        yield { collection, key, object: object as AnyObject }
    }
  }
}

function line(json: string): string {
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`
}

function headerLine(revision: number): string {
  return line(JSON.stringify({ format, revision }))
}

/** Each line says its batch and how many lines of the batch are still to come. */
function batchLines(changes: readonly Change[], batch: number): string[] {
  return changes.map(({ revision, collection, key, json }, index) => {
    const place = `"b":${batch},"m":${changes.length - index - 1},"v":${revision}`
    const head = `{${place},"c":${JSON.stringify(collection)},"k":${JSON.stringify(key)}`
    return line(json === undefined ? `${head}}` : `${head},"o":${json}}`)
  })
}

type Line = { at: number; text: string; value: Record<string, unknown> | undefined }

function* readLines(bytes: Uint8Array): Generator<Line> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < buffer.length; ) {
    const newline = buffer.indexOf(10, at)
    const end = newline < 0 ? buffer.length : newline
    const text = buffer.toString("utf8", at, end)
    yield { at, text, value: newline < 0 ? undefined : parseLine(text) }
    at = end + 1
  }
}

function parseLine(text: string): Record<string, unknown> | undefined {
  const json = text.slice(9)
  if (text[8] !== " " || Number.parseInt(text.slice(0, 8), 16) !== crc32(json)) return undefined
  const value: unknown = JSON.parse(json)
  return isRecord(value) ? value : undefined
}

function replay(bytes: Uint8Array, path: string): { replayed: Replayed; batch: number; sizeBytes: number } {
  const replayed: Replayed = { revision: 0, objects: new Map(), droppedBytes: 0 }
  const lines = readLines(bytes)
  let batch = 0
  let missing = 0
  for (const { at, text, value } of lines) {
    if (!value) {
      // The torn line is of this batch, or of the next one where this one is whole.
      refuseLaterBatch([...swallowed(text), ...lines], { lastBatch: missing > 0 ? batch : batch + 1, path, at })
      replayed.droppedBytes = bytes.length - at
      return { replayed, batch, sizeBytes: at }
    }
    if (at === 0) readHeader(value, replayed, path)
    else {
      batch = Number(value.b)
      missing = Number(value.m)
      applyLine(value, replayed)
    }
  }
  return { replayed, batch, sizeBytes: bytes.length }
}

/** Whole lines inside a damaged one, whose line break is what was damaged. */
function swallowed(text: string): { value: Record<string, unknown> | undefined }[] {
  return [...text.matchAll(/[0-9a-f]{8} \{"b":/g)].map(({ index }) => ({ value: index > 0 ? parseLine(text.slice(index)) : undefined }))
}

function refuseLaterBatch(
  rest: Iterable<Pick<Line, "value">>,
  { lastBatch, path, at }: { lastBatch: number; path: string; at: number },
): void {
  for (const { value } of rest) if (Number(value?.b ?? 0) > lastBatch) throw damaged(path, at)
}

function damaged(path: string, at: number): KubeError {
  const advice = "restore it from a backup, or move it away to start again from the YAML files"
  return new KubeError("StorageDamaged", `the journal ${path} is damaged at byte ${at} and acknowledged changes follow; ${advice}`)
}

function readHeader(header: Record<string, unknown>, replayed: Replayed, path: string): void {
  if (header.format !== format) {
    throw new KubeError("StorageDamaged", `the journal ${path} has the format ${String(header.format)}; this version reads ${format}`)
  }
  replayed.revision = Number(header.revision)
}

function applyLine(value: Record<string, unknown>, replayed: Replayed): void {
  const { v, c, k, o } = value as { v: number; c: string; k: string; o?: unknown }
  const collection = replayed.objects.get(c) ?? new Map<string, unknown>()
  replayed.objects.set(c, collection)
  if (o === undefined) collection.delete(k)
  else collection.set(k, o)
  replayed.revision = Math.max(replayed.revision, v)
}
