import type { YamlMessage } from "../../components/ui/yaml/editor.tsx"
import type { TopicPlan } from "../../trpc/types.ts"
import { type Draft, placeOf } from "./draft.ts"

/** What is wrong, at its place in the text: first that it can be read, then what the plan said. */
export function yamlMessages(yaml: string, draft: Draft, errors: TopicPlan["errors"]): YamlMessage[] {
  if (!draft.isReadable) return [{ ...draft.problem, severity: "error" }]
  return errors.map(({ path, message, accepted }) => ({
    ...placeOf(yaml, path),
    severity: "error" as const,
    message: accepted ? `${message}. Accepted: ${accepted}` : message,
  }))
}
