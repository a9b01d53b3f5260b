// RFC 7396: objects are merged, null removes, everything else replaces.
import { isRecord } from "../../object.ts"

export function mergePatch(value: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const out: Record<string, unknown> = isRecord(value) ? { ...value } : {}
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete out[name]
    else out[name] = mergePatch(out[name], change)
  }
  return out
}
