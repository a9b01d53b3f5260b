/**
 * Directories of partitions: `<topic>-<n>` with Kafka's `partition.metadata` inside. A directory appears and disappears by one durable
 * rename, so under its final name it is always complete; `-new` and `-delete` names are leftovers of a crash and are cleared at start.
 */
import type { Disk } from "../ports.ts"
import { readFile, removeFile, writeFile } from "../storage/disk.ts"
import type { PartitionIdentity } from "./partition-state.ts"
import { segmentFile } from "./segment.ts"

const dirPattern = /^([a-zA-Z0-9._-]{1,249})-(0|[1-9]\d{0,9})$/
const leftoverPattern = /^\d{1,10}\.[\w-]{22}-(new|delete)$/

export const partitionDir = (topic: string, index: number): string => `${topic}-${index}`

export const isLeftoverDir = (name: string): boolean => leftoverPattern.test(name)

export function parsePartitionDir(name: string): { topic: string; index: number } | null {
  const match = dirPattern.exec(name)
  const [, topic, index] = match ?? []
  return topic === undefined || index === undefined ? null : { topic, index: Number(index) }
}

/** Durable when it resolves. `baseOffset` is not 0 when offsets below were used by data that is gone. */
export async function createPartitionDir(disk: Disk, { topic, topicId, index }: PartitionIdentity, baseOffset: number): Promise<string> {
  const [fresh, final] = [`${index}.${topicId}-new`, partitionDir(topic, index)]
  await clearDir(disk, fresh)
  await disk.makeDir(fresh)
  await writeFile(disk, `${fresh}/partition.metadata`, new TextEncoder().encode(`version: 0\ntopic_id: ${topicId}`))
  await writeFile(disk, segmentFile(fresh, baseOffset, "log"), new Uint8Array(0))
  await disk.syncDir(fresh)
  await disk.rename(fresh, final)
  await disk.syncDir("")
  return final
}

/** The topic id that the directory says it belongs to, or null when it does not say. */
export async function readTopicId(disk: Disk, dir: string): Promise<string | null> {
  const bytes = await readFile(disk, `${dir}/partition.metadata`)
  const match = /^version: 0\ntopic_id: ([\w-]{22})\s*$/.exec(new TextDecoder().decode(bytes ?? new Uint8Array(0)))
  return match?.[1] ?? null
}

/** Durably out of the way; the new name is for `clearDir`, now or at the next start. */
export async function renameForDeletion(disk: Disk, { topic, topicId, index }: PartitionIdentity): Promise<string> {
  const doomed = `${index}.${topicId}-delete`
  await disk.rename(partitionDir(topic, index), doomed)
  await disk.syncDir("")
  return doomed
}

/** Removes a directory with all its files. Nothing is lost when it is interrupted: the next start goes on. */
export async function clearDir(disk: Disk, dir: string): Promise<void> {
  const names = await disk.list(dir).catch(() => null)
  if (names === null) return
  for (const name of names) await removeFile(disk, `${dir}/${name}`)
  await disk.removeDir(dir)
}
