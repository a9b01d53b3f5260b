import { toDocs } from "../kit/to-docs.ts"
import { kinds } from "./index.ts"
import { apiVersion, type Kind } from "./kind.ts"

/** The reference of all kinds as Markdown. */
export function kindsReference(): string {
  return ["# Custom resources", ...Object.values(kinds).map(sectionOf)].join("\n\n")
}

function sectionOf(kind: Kind): string {
  const { schema, plural, shortName, description } = kind
  const { spec, status } = schema.shape
  if (!spec || !status) throw new Error(`${kind.kind} has no spec or no status`)
  const names = `\`apiVersion: ${apiVersion}\`, \`kubectl get ${plural}\` or \`${shortName}\``
  return [`## ${kind.kind}`, description, names, "### Spec", toDocs(spec, "spec"), "### Status", toDocs(status, "status")].join("\n\n")
}
