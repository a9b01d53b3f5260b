/** One directory of the simulated disk. Entries are durable only after `syncDir`; a power cut keeps any prefix of the others. */
import type { SimInode } from "./sim-inode.ts"

export type SimNode = SimInode | SimDirectory

export interface EntryChange {
  /** Both halves of a rename between directories carry the same id and survive together. */
  id: number
  set?: { name: string; node: SimNode }
  remove?: string
}

export class SimDirectory {
  readonly live = new Map<string, SimNode>()
  readonly durable = new Map<string, SimNode>()
  pending: EntryChange[] = []

  change(change: EntryChange): void {
    applyChange(this.live, change)
    this.pending.push(change)
  }

  /** Makes the first `count` pending changes durable and answers their ids. */
  settle(count: number): Set<number> {
    const settled = this.pending.splice(0, count)
    for (const change of settled) applyChange(this.durable, change)
    return new Set(settled.map((change) => change.id))
  }
}

function applyChange(entries: Map<string, SimNode>, change: EntryChange): void {
  if (change.remove !== undefined) entries.delete(change.remove)
  if (change.set !== undefined) entries.set(change.set.name, change.set.node)
}

export function allDirectories(root: SimDirectory): SimDirectory[] {
  const found = new Set<SimDirectory>([root])
  for (const directory of found) {
    for (const node of [...directory.live.values(), ...directory.durable.values()]) if (node instanceof SimDirectory) found.add(node)
  }
  return [...found]
}

/** A rename between directories is one journal entry: settling one half settles the other half and what lies before it. */
export function settleOtherHalves(directories: SimDirectory[], ids: Set<number>): void {
  for (let changed = true; changed; ) {
    changed = false
    for (const directory of directories) {
      const last = directory.pending.findLastIndex((change) => ids.has(change.id))
      if (last < 0) continue
      for (const id of directory.settle(last + 1)) ids.add(id)
      changed = true
    }
  }
}
