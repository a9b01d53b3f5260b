import type { FormEdit, FormPath } from "../../components/resource/schema-types.ts"
import { Segmented } from "../../components/ui/segmented.tsx"
import type { ResourceForm } from "../../trpc/types.ts"

/** Every leaf of a profile with its path below spec. */
function leavesOf(value: unknown, path: FormPath): (readonly [FormPath, unknown])[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [[path, value]]
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]))
}

function has(spec: Readonly<Record<string, unknown>>, [path, value]: readonly [FormPath, unknown]): boolean {
  const found = path
    .slice(1)
    .reduce<unknown>((at, part) => (at && typeof at === "object" ? (at as Record<string, unknown>)[part as string] : undefined), spec)
  return JSON.stringify(found) === JSON.stringify(value)
}

/** Named starting points; what fits none of them is custom. */
export function Profiles({
  profiles,
  spec,
  edit,
  isLocked,
}: {
  profiles: ResourceForm["profiles"]
  spec: Readonly<Record<string, unknown>>
  edit: FormEdit
  isLocked: boolean
}) {
  const current = profiles.find((profile) => leavesOf(profile.spec, ["spec"]).every((leaf) => has(spec, leaf)))
  const segments = [...profiles.map(({ id, label }) => ({ value: id, label })), ...(current ? [] : [{ value: "custom", label: "custom" }])]
  return (
    <Segmented
      isSmall
      label="Profile"
      value={current?.id ?? "custom"}
      segments={segments}
      onChoose={(id) => {
        const profile = profiles.find((each) => each.id === id)
        if (isLocked || !profile) return
        for (const [path, value] of leavesOf(profile.spec, ["spec"])) edit.set(path, value)
      }}
    />
  )
}
