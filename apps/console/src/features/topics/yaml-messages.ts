import type { YamlMessage } from "../../components/ui/yaml/editor.tsx"
import { type Draft, placeOf } from "./draft.ts"

interface WrongField {
  path: string
  message: string
  accepted?: string | null | undefined
}

/** What is wrong, at its place in the text: first that it can be read, then what schema and plan said. */
export function yamlMessages(yaml: string, draft: Draft, errors: readonly WrongField[]): YamlMessage[] {
  if (!draft.isReadable) return [{ ...draft.problem, severity: "error" }]
  return errors.map(({ path, message, accepted }) => ({
    ...placeOf(yaml, path),
    severity: "error" as const,
    message: accepted ? `${message}. Accepted: ${accepted}` : message,
  }))
}
