// Three-way: what the edit started from, what the person made of it, and what somebody else made of it meanwhile. Fields that the person
// did not touch follow the others; fields that both changed keep what the person wrote, and say so.
import type { FormPath } from "../../components/resource/schema-types.ts"
import { pathText } from "../../components/resource/schema-types.ts"
import { getIn, readDraft, setInDraft } from "./draft.ts"

export interface Rebased {
  yaml: string
  /** Fields that follow the other change. */
  taken: string[]
  /** Fields that both changed; the draft's value stays. */
  kept: string[]
}

export interface Sides {
  base: string
  mine: string
  theirs: string
}

/** undefined while one of the texts cannot be read: the draft waits as it is. */
export function rebase({ base, mine, theirs }: Sides): Rebased | undefined {
  const [was, draft, now] = [readDraft(base), readDraft(mine), readDraft(theirs)]
  if (!was.isReadable || !draft.isReadable || !now.isReadable) return undefined
  const touched = changedPaths(was.resource, draft.resource)
  const others = changedPaths(was.resource, now.resource)
  if (touched.length === 0) return { yaml: theirs, taken: others.map(pathText), kept: [] }
  const result: Rebased = { yaml: mine, taken: [], kept: [] }
  for (const path of others) {
    const value = getIn(now.resource, path)
    if (isSame(value, getIn(draft.resource, path))) continue
    if (touched.some((mineAt) => overlaps(mineAt, path))) {
      result.kept.push(pathText(path))
      continue
    }
    result.yaml = setInDraft(result.yaml, path, value)
    result.taken.push(pathText(path))
  }
  return result
}

/** Paths of the values that differ; a list is one value. */
function changedPaths(before: unknown, after: unknown, path: FormPath = []): FormPath[] {
  if (isSame(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [path]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => changedPaths(before[name], after[name], [...path, name]))
}

function overlaps(a: FormPath, b: FormPath): boolean {
  const length = Math.min(a.length, b.length)
  return isSame(a.slice(0, length), b.slice(0, length))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
