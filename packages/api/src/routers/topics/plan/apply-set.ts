// Which fields go into a server-side apply. It lists what this manager wants to own: what it owns already, and what changes. Fields of others
// that stay as they are are left alone, so that nobody shares an owner by accident; fields of ours that are left out are given up.
import type { ManagedFieldsEntry } from "@rivven/kube"
import { fieldName } from "@rivven/resources/kit"
import { consoleManager, managerWords, ownersAt, ownersOf } from "../../../sources/kube/ownership.ts"
import type { Conflict } from "../plan-schema.ts"
import { isSame, type Leaf, leavesOf, treeOf } from "./fields.ts"

export interface ApplySetInput {
  wanted: Fields
  current: Fields & { metadata: { managedFields?: ManagedFieldsEntry[] } }
}

export interface Fields {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: object
}

export interface ApplySet {
  /** The fields as a tree: `metadata.labels`, `metadata.annotations`, `spec`. */
  fields: Record<string, unknown>
  /** Fields that the draft drops and somebody else owns: an apply cannot remove them. */
  conflicts: Conflict[]
}

/** Written by machines, never by a draft. */
const foreignAnnotation = /^(?:kubectl\.kubernetes\.io\/|deployment\.kubernetes\.io\/)/

export function applySet({ wanted, current }: ApplySetInput): ApplySet {
  const owners = ownersOf(current.metadata.managedFields)
  const [want, have] = [editableLeaves(wanted), editableLeaves(current)]
  const isOurs = ({ path }: Leaf): boolean =>
    ownersAt(owners, path).some(({ manager, operation }) => manager === consoleManager && operation === "Apply")
  const kept = [...want].filter(([key, leaf]) => isOurs(leaf) || !isSame(have.get(key)?.value, leaf.value)).map(([, leaf]) => leaf)
  const dropped = [...have].filter(([key, leaf]) => !want.has(key) && !isOurs(leaf)).map(([, leaf]) => leaf)
  const conflicts = dropped.flatMap(({ path }): Conflict[] => {
    const [owner] = ownersAt(owners, path)
    if (!owner) return []
    const words = managerWords(owner.manager)
    return [
      { field: fieldName(path), manager: owner.manager, owner: words, message: `${words} set this field; it can only be removed there` },
    ]
  })
  return { fields: treeOf(kept), conflicts }
}

export function editableLeaves({ metadata, spec }: Fields): Map<string, Leaf> {
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([name]) => !foreignAnnotation.test(name)))
  return leavesOf({ metadata: { labels: metadata.labels ?? {}, annotations }, spec })
}
