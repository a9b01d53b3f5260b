// zod → reference documentation in Markdown: one table row per field, and the rules that tie fields together.
import { acceptedBy } from "./accepted.ts"
import { extensionOf } from "./extension.ts"
import { elementOf, fieldsOf, mapValueOf, type Schema, unwrap } from "./shape.ts"
import { descriptionOf } from "./to-form.ts"

export function toDocs(schema: Schema, path: string): string {
  const rows = [...rowsOf(schema, path)]
  const rules = [...rulesOf(schema, path)]
  const table = ["| field | accepted | default | meaning |", "|---|---|---|---|", ...rows].join("\n")
  return rules.length === 0 ? table : `${table}\n\nRules:\n\n${rules.join("\n")}`
}

function* rowsOf(given: Schema, path: string): Generator<string> {
  for (const [name, field] of fieldsOf(unwrap(given).schema)) {
    const at = `${path}.${name}`
    const { schema, chain, isOptional, defaultValue } = unwrap(field)
    yield `| ${[`\`${at}\``, acceptedText(schema), defaultText(isOptional, defaultValue), descriptionOf(chain)].map(cell).join(" | ")} |`
    yield* rowsOf(schema, at)
    const element = elementOf(schema)
    if (element) yield* rowsOf(element, `${at}[]`)
    const value = mapValueOf(schema)
    if (value) yield* rowsOf(value, `${at}{}`)
  }
}

function* rulesOf(given: Schema, path: string): Generator<string> {
  const { schema } = unwrap(given)
  for (const { message } of extensionOf(schema).rules ?? []) yield `- \`${path}\`: ${message}`
  for (const [name, field] of fieldsOf(schema)) yield* rulesOf(field, `${path}.${name}`)
  const element = elementOf(schema)
  if (element) yield* rulesOf(element, `${path}[]`)
}

function acceptedText(schema: Schema): string {
  const { preserveUnknown } = extensionOf(schema)
  return preserveUnknown ? "any object" : acceptedBy(schema)
}

function defaultText(isOptional: boolean, defaultValue: unknown): string {
  if (!isOptional) return "required"
  return defaultValue === undefined || isEmptyObject(defaultValue) ? "" : `\`${JSON.stringify(defaultValue)}\``
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ")
}
