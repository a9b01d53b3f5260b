/**
 * C18: a second reader goes over the files of a stopped broker. It shares no code with the log: batches are contiguous and whole, every
 * index entry points at the batch it names, and the producer snapshots say what the log says.
 */
import { batchHeaders, type LocatedBatch, verifyCrc } from "@rivven/protocol/records"
import type { Disk, DiskFile } from "../../ports.ts"
import type { Anomaly } from "./history.ts"

interface SegmentFacts {
  base: number
  bytes: Uint8Array
  batches: LocatedBatch[]
}

/** `allowGaps`: for partitions whose damage was reported. */
export async function auditDir(disk: Disk, dir: string): Promise<Anomaly[]> {
  const problems: string[] = []
  const names = (await disk.list(dir)).sort()
  const bases = names.filter((name) => /^\d{20}\.log$/.test(name)).map((name) => Number(name.slice(0, 20)))
  let expected: number | undefined
  const producers = new Map<string, number[]>()
  for (const base of bases) {
    if (names.includes(fileName(base, "snapshot"))) problems.push(...(await auditSnapshot({ disk, dir, base }, producers)))
    const facts = await readSegment(disk, dir, base)
    problems.push(...facts.problems)
    if (expected !== undefined && base !== expected) problems.push(`${dir}: segment ${base} begins where ${expected} comes next`)
    expected = base
    for (const { header } of facts.batches) {
      if (header.baseOffset !== expected) problems.push(`${dir}: batch ${header.baseOffset} where ${expected} comes next`)
      expected = header.lastOffset + 1
      if (header.producerId >= 0) follow(producers, header)
    }
    problems.push(...(await auditIndexes({ disk, dir, names }, facts)))
  }
  if (expected !== undefined && names.includes(fileName(expected, "snapshot")) && !bases.includes(expected)) {
    problems.push(...(await auditSnapshot({ disk, dir, base: expected }, producers)))
  }
  for (const name of names) {
    if (name.endsWith(".snapshot") && Number(name.slice(0, 20)) > (expected ?? 0)) problems.push(`${dir}: ${name} is newer than the log`)
  }
  return problems.map((message) => ({ code: "C18" as const, message }))
}

const fileName = (offset: number, kind: string): string => `${String(offset).padStart(20, "0")}.${kind}`

async function readSegment(disk: Disk, dir: string, base: number): Promise<SegmentFacts & { problems: string[] }> {
  const bytes = await readAll(disk, `${dir}/${fileName(base, "log")}`)
  const batches: LocatedBatch[] = []
  const problems: string[] = []
  let end = 0
  try {
    for (const batch of batchHeaders(bytes)) {
      if (!verifyCrc(bytes, batch.at)) problems.push(`${dir}: wrong CRC at ${base}.log byte ${batch.at}`)
      batches.push(batch)
      end = batch.at + batch.header.sizeBytes
    }
  } catch (error) {
    problems.push(`${dir}: ${base}.log byte ${end}: ${String(error)}`)
  }
  if (end !== bytes.length && problems.length === 0)
    problems.push(`${dir}: ${base}.log has ${bytes.length - end} bytes behind its last batch`)
  return { base, bytes, batches, problems }
}

async function auditIndexes({ disk, dir, names }: { disk: Disk; dir: string; names: string[] }, facts: SegmentFacts): Promise<string[]> {
  const { base, batches } = facts
  const problems: string[] = []
  if (names.includes(fileName(base, "index"))) {
    const view = viewOf(await readAll(disk, `${dir}/${fileName(base, "index")}`))
    for (let at = 0; at + 8 <= view.byteLength; at += 8) {
      const [offset, position] = [view.getInt32(at) + base, view.getInt32(at + 4)]
      if (!batches.some((batch) => batch.at === position && batch.header.lastOffset === offset)) {
        problems.push(`${dir}: ${base}.index says ${offset} lies at ${position}`)
      }
    }
  }
  if (names.includes(fileName(base, "timeindex"))) {
    const view = viewOf(await readAll(disk, `${dir}/${fileName(base, "timeindex")}`))
    for (let at = 0; at + 12 <= view.byteLength; at += 12) {
      const [timestamp, offset] = [Number(view.getBigInt64(at)), view.getInt32(at + 8) + base]
      const before = batches.filter((batch) => batch.header.lastOffset <= offset)
      if (before.some((batch) => batch.header.maxTimestamp > timestamp))
        problems.push(`${dir}: ${base}.timeindex entry ${timestamp} is too low`)
    }
  }
  return problems
}

/** Epoch, first offset of the open transaction or -1, and the last offsets of the newest five batches of that epoch. */
function follow(producers: Map<string, number[]>, header: LocatedBatch["header"]): void {
  const { producerEpoch, baseOffset, lastOffset, isControl, isTransactional, baseSequence } = header
  const id = String(header.producerId)
  const [epoch = producerEpoch, open = -1, ...known] = producers.get(id) ?? []
  const kept = epoch === producerEpoch ? known : []
  const batches = isControl || baseSequence < 0 ? kept : [...kept, lastOffset].slice(-5)
  const stillOpen = open < 0 ? baseOffset : open
  producers.set(id, [producerEpoch, !isControl && isTransactional ? stillOpen : -1, ...batches])
}

async function auditSnapshot(
  { disk, dir, base }: { disk: Disk; dir: string; base: number },
  producers: Map<string, number[]>,
): Promise<string[]> {
  const view = viewOf(await readAll(disk, `${dir}/${fileName(base, "snapshot")}`))
  const stored = new Map<string, number[]>()
  for (let at = 10; at + 46 <= view.byteLength; at += 46) {
    const id = String(view.getBigInt64(at))
    const [lastOffset, open] = [Number(view.getBigInt64(at + 14)), Number(view.getBigInt64(at + 38))]
    stored.set(id, [view.getInt16(at + 8), open, ...(stored.get(id) ?? []).slice(2), ...(lastOffset < 0 ? [] : [lastOffset])])
  }
  const [found, wanted] = [sorted(stored), sorted(producers)]
  return found === wanted ? [] : [`${dir}: ${base}.snapshot says ${found}, the log says ${wanted}`]
}

const sorted = (producers: Map<string, number[]>): string => JSON.stringify([...producers].sort(([a], [b]) => a.localeCompare(b)))

async function readAll(disk: Disk, path: string): Promise<Uint8Array> {
  const file: DiskFile = await disk.open(path, "read")
  const bytes = new Uint8Array(file.size())
  await file.read(bytes, 0)
  await file.close()
  return bytes
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
