// The same change by hand.
import { stringify } from "yaml"
import type { GivenTopic } from "./parse-draft.ts"

export function createCommand(given: GivenTopic): string {
  return `kubectl apply --server-side -f - <<'EOF'\n${stringify(given)}EOF`
}

/** Null when nothing changes. */
export function changeCommand({ metadata }: GivenTopic, patch: Record<string, unknown>): string | null {
  if (Object.keys(patch).length === 0) return null
  return `kubectl patch rvt ${metadata.name} -n ${metadata.namespace} --type merge -p ${quote(JSON.stringify(patch))}`
}

export function deleteCommand({ namespace, name }: { namespace: string; name: string }): string {
  return `kubectl delete rvt ${name} -n ${namespace}`
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
