import type { LiveKey } from "../routers/live/schema.ts"

export interface KeyedChange {
  of: LiveKey["of"]
  cluster: string
  /** Null: it may be any of them. */
  names: readonly string[] | null
  asOf: number
}

/** More names than this are not worth listing. */
const maxNames = 200

/** Adds a change to those of the same tick. */
export function mergeChange(pending: Map<string, KeyedChange>, change: KeyedChange): void {
  const key = `${change.of} ${change.cluster}`
  const before = pending.get(key)
  if (!before) {
    pending.set(key, change)
    return
  }
  const names = before.names === null || change.names === null ? null : [...new Set([...before.names, ...change.names])]
  pending.set(key, { ...change, names: names !== null && names.length > maxNames ? null : names })
}

export function matches(key: LiveKey, change: KeyedChange): boolean {
  if (key.of !== change.of || key.cluster !== change.cluster) return false
  return key.name === undefined || change.names === null || change.names.includes(key.name)
}
