// The same change by hand.
import { stringify } from "yaml"
import type { FieldChange } from "../plan-schema.ts"
import type { GivenTopic } from "./parse-draft.ts"

export function createCommand(given: GivenTopic): string {
  return `kubectl apply --server-side -f - <<'EOF'\n${stringify(given)}EOF`
}

/** A merge patch of the changed fields; undefined parts of the spec are removed by null. */
export function changeCommand(given: GivenTopic, diff: readonly FieldChange[]): string | null {
  if (diff.length === 0) return null
  const patch: Record<string, unknown> = {}
  const changed = new Set(diff.map(({ field }) => field.split(/[.[]/, 2).join(".")))
  for (const section of changed) {
    const [root, name] = section.split(".")
    if (root === "spec" && name !== undefined) patch[name] = given.spec[name] ?? null
  }
  const { name, namespace } = given.metadata
  return `kubectl patch rvt ${name} -n ${namespace} --type merge -p ${quote(JSON.stringify({ spec: patch }))}`
}

export function deleteCommand({ namespace, name }: { namespace: string; name: string }): string {
  return `kubectl delete rvt ${name} -n ${namespace}`
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
