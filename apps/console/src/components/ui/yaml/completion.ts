// Field names and closed values from the kind's JSON Schema, at the place of the cursor.
import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete"
import type { Extension, Text } from "@codemirror/state"

export interface JsonSchema {
  type?: string
  description?: string
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  enum?: unknown[]
  default?: unknown
}

/** Keys of the maps around a line, outermost first, read from the indentation above it. */
export function pathAbove(document: Text, lineNumber: number, indent: number): string[] {
  const path: string[] = []
  let depth = indent
  for (let at = lineNumber - 1; at >= 1 && depth > 0; at -= 1) {
    const found = /^(\s*)(?:- )?([\w.-]+):\s*(?:#.*)?$/.exec(document.line(at).text)
    const own = found?.[1]?.length ?? Number.POSITIVE_INFINITY
    if (own < depth && found?.[2]) {
      path.unshift(found[2])
      depth = own
    }
  }
  return path
}

export function schemaAt(schema: JsonSchema, path: readonly string[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, key) => {
    const inner = at?.type === "array" ? at.items : at
    return inner?.properties?.[key]
  }, schema)
}

export function completion(schema: JsonSchema): Extension {
  return autocompletion({ override: [(context) => complete(context, schema)], icons: false })
}

function complete(context: CompletionContext, schema: JsonSchema): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos)
  const before = line.text.slice(0, context.pos - line.from)
  const asValue = /^(\s*)(?:- )?([\w.-]+):\s+(\S*)$/.exec(before)
  const asKey = /^(\s*)(?:- )?([\w.-]*)$/.exec(before)
  if (asValue) {
    const [, indent = "", key = "", typed = ""] = asValue
    const field = schemaAt(schema, [...pathAbove(context.state.doc, line.number, indent.length), key])
    const options = field?.enum ?? (field?.type === "boolean" ? [true, false] : [])
    return options.length === 0 ? null : { from: context.pos - typed.length, options: options.map((option) => ({ label: String(option) })) }
  }
  if (!asKey || (asKey[2] === "" && !context.explicit)) return null
  const [, indent = "", typed = ""] = asKey
  const parent = schemaAt(schema, pathAbove(context.state.doc, line.number, indent.length))
  const properties = (parent?.type === "array" ? parent.items?.properties : parent?.properties) ?? {}
  return { from: context.pos - typed.length, options: Object.entries(properties).map(([name, field]) => keyOption(name, field)) }
}

function keyOption(name: string, field: JsonSchema): Completion {
  const detail = field.default === undefined ? field.type : `${field.type ?? ""}, default ${JSON.stringify(field.default)}`
  return { label: name, apply: `${name}: `, ...(detail ? { detail } : {}), ...(field.description ? { info: field.description } : {}) }
}
