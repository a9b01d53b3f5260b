// Server-side apply: who owns which fields after an apply or an update, and what an apply may change. Pure: objects and owners in,
// objects and owners out. The rules are those of Kubernetes: an apply conflicts only where it *changes* a value that another manager
// owns; equal values are owned together; what a manager applied last time and leaves out now goes, unless somebody else owns it.
import { KubeError, type StatusCause } from "../../errors.ts"
import type { AnyObject } from "../../object.ts"
import type { Schema } from "../schema/schema.ts"
import { type Comparison, compare } from "./compare.ts"
import { FieldSet, formatFieldPath } from "./field-set.ts"
import { describeManager, identityOf, type Manager, type Owned, type Owners } from "./managed-fields.ts"
import { merge, removeFields } from "./merge.ts"
import { toFieldSet, withNamedParents } from "./typed.ts"

/** Fields that nobody owns, because the server sets them or they name the object. */
const unowned = [
  ["f:apiVersion"],
  ["f:kind"],
  ...["name", "generateName", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"].map(
    (name) => ["f:metadata", `f:${name}`],
  ),
  ...["generation", "resourceVersion", "managedFields"].map((name) => ["f:metadata", `f:${name}`]),
]

export type Write = {
  live: AnyObject | undefined
  /** The whole new object of an update, the configuration of an apply. */
  next: AnyObject
  owners: Owners
  manager: Manager
  schema: Schema
  hasStatus: boolean
  now: string
}

export type Owning = { object: AnyObject; owners: Owners }

/** After a create, update or patch: the manager owns what it changed, and nobody owns any longer what is gone. */
export function ownUpdate(write: Write): Owners {
  const { live = { metadata: {} }, next, manager, schema } = write
  const difference = compare({ before: live, after: next, schema })
  const taken = restrict(difference.added.union(difference.modified), write)
  const owners = release(write.owners, { taken, removed: difference.removed, except: undefined })
  if (taken.isEmpty) return owners
  const id = identityOf(manager)
  const before = owners.get(id)?.fields ?? new FieldSet()
  owners.set(id, { manager, fields: before.union(taken), time: write.now })
  return cap(owners)
}

/** Throws `Conflict` with a cause per field, unless forced. */
export function ownApply(write: Write & { force: boolean }): Owning {
  const { next, manager, schema, force } = write
  const live = write.live ?? ({ metadata: {} } as AnyObject)
  const id = identityOf(manager)
  const known = write.live && write.owners.size === 0 ? ownedBefore(write, write.live) : write.owners
  const last = known.get(id)
  const fields = restrict(toFieldSet(next, schema), write)
  const owners = new Map(known).set(id, { manager, fields, time: write.now })
  const merged = merge(live, next, schema)
  const pruned = last ? prune({ merged, last: last.fields, owners, schema }) : merged
  const object = pruned as AnyObject
  const difference = compare({ before: live, after: object, schema })
  const conflicts = findConflicts(owners, { difference, except: id })
  if (!force && conflicts.length > 0) throw conflictError(conflicts)
  const taken = difference.added.union(difference.modified)
  const released = release(owners, { taken, removed: difference.removed, except: id })
  if (last?.fields.equals(fields) && isNothing(difference)) released.set(id, { ...last, manager })
  return { object, owners: released }
}

/** An object whose fields nobody owns yet is given to one updater, so that a first apply cannot silently take it over. */
function ownedBefore(write: Write, live: AnyObject): Owners {
  const manager: Manager = { ...write.manager, name: "before-first-apply", operation: "Update" }
  return ownUpdate({ ...write, live: undefined, next: live, manager })
}

function isNothing({ added, removed, modified }: Comparison): boolean {
  return added.isEmpty && removed.isEmpty && modified.isEmpty
}

/** Through a subresource only its own part is owned; without one, the part of `status` is not. */
function restrict(fields: FieldSet, { manager, hasStatus }: Write): FieldSet {
  const own = fields.without(unowned)
  if (manager.subresource === "status") return own.within(["f:status"])
  return hasStatus ? own.without([["f:status"]]) : own
}

/** Takes the removed fields from everybody, and the taken ones from everybody but `except`. */
function release(
  owners: Owners,
  { taken, removed, except }: { taken: FieldSet; removed: FieldSet; except: string | undefined },
): Map<string, Owned> {
  const out = new Map<string, Owned>()
  for (const [id, owned] of owners) {
    const kept = owned.fields.difference(id === except ? removed : removed.union(taken))
    if (!kept.isEmpty) out.set(id, { ...owned, fields: kept })
  }
  return out
}

type Prune = { merged: unknown; last: FieldSet; owners: Owners; schema: Schema }

/** Removes what the manager applied last time; what anybody owns now comes back, and so does what this manager never had applied. */
function prune({ merged, last, owners, schema }: Prune): unknown {
  const named = (set: FieldSet): FieldSet => {
    const out = withNamedParents(set, schema)
    const metadata = out.children.get("f:metadata")
    // Its fields may go; metadata itself holds the identity of the object, which nobody owns.
    if (metadata) metadata.isMember = false
    return out
  }
  const fieldsOf = (value: unknown): FieldSet => named(toFieldSet(value ?? {}, schema))
  const all = fieldsOf(merged)
  const owned = [...owners.values()].reduce((sum, { fields }) => sum.union(fields), new FieldSet())
  const withoutLast = removeFields(merged, named(last), schema)
  const withOwned = removeFields(merged, all.difference(fieldsOf(withoutLast).union(named(owned))), schema)
  return removeFields(merged, all.difference(fieldsOf(withOwned)).intersection(named(last)), schema)
}

type FieldConflict = { owned: Owned; path: string }

function findConflicts(owners: Owners, { difference, except }: { difference: Comparison; except: string }): FieldConflict[] {
  const changed = difference.added.union(difference.modified)
  const found: FieldConflict[] = []
  for (const [id, owned] of owners) {
    if (id === except) continue
    for (const path of owned.fields.intersection(changed).paths()) found.push({ owned, path: formatFieldPath(path) })
  }
  return found.sort((a, b) => a.owned.manager.name.localeCompare(b.owned.manager.name))
}

export function conflictError(conflicts: readonly FieldConflict[]): KubeError {
  const causes = conflicts.map(
    ({ owned, path }): StatusCause => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${describeManager(owned)}`,
      field: path,
    }),
  )
  return new KubeError("Conflict", conflictMessage(conflicts), { details: { causes } })
}

function conflictMessage(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts
  if (first && conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${describeManager(first.owned)}: ${first.path}`
  const byManager = Map.groupBy(conflicts, ({ owned }) => describeManager(owned))
  const parts = [...byManager].map(([name, list]) => [`conflicts with ${name}:`, ...list.map(({ path }) => `- ${path}`)].join("\n"))
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join("\n")}`
}

const updaterLimit = 10

/** Old updaters beyond the limit become one, so that the list cannot grow for ever. */
function cap(owners: Map<string, Owned>): Map<string, Owned> {
  const updaters = [...owners].filter(([, { manager }]) => manager.operation === "Update")
  if (updaters.length <= updaterLimit) return owners
  const oldest = updaters.sort(([, a], [, b]) => (a.time ?? "").localeCompare(b.time ?? "")).slice(0, updaters.length - updaterLimit + 1)
  const out = new Map(owners)
  for (const [id] of oldest) out.delete(id)
  const [, last] = oldest.at(-1) ?? []
  if (!last) return out
  const manager: Manager = { ...last.manager, name: "ancient-changes", subresource: "" }
  const fields = oldest.reduce((all, [, each]) => all.union(each.fields), new FieldSet())
  return out.set(identityOf(manager), { manager, fields, time: last.time })
}
