import type { OwnerMark } from "../../components/ui/yaml/owner-gutter.ts"
import type { ResourceView } from "../../trpc/types.ts"

type Owners = ResourceView["owners"]

/** Fields that somebody else set, also through defaults, by path: the resource API refuses to change them from here, so they are locked. */
export function ownersByPath(owners: Owners): ReadonlyMap<string, string> {
  return new Map(lockedOwners(owners).map(({ path, owner }) => [path, owner]))
}

export function lockedOwners(owners: Owners): Owners {
  return owners.filter(({ isOurs }) => !isOurs)
}

/** The key of each owned field as it stands on its line in the YAML that the server writes: two spaces a level. */
export function ownerMarks(owners: Owners): OwnerMark[] {
  return [...lockedOwners(owners), ...owners.filter(({ isOurs }) => isOurs)].map(({ path, owner, isOurs }) => {
    const parts = path.split(".")
    return { key: `${"  ".repeat(parts.length - 1)}${parts.at(-1) ?? ""}:`, owner, isOurs }
  })
}
