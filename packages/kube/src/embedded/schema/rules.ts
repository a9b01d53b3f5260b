// x-kubernetes-validations: compiled once, evaluated node by node over the value in CEL's types. Transition rules (they name oldSelf) see
// the value before the change, found through fields and the keys of map lists; without one they are skipped, unless `optionalOldSelf`.
import { Optional } from "@marcbachmann/cel-js"
import { isRecord } from "../../object.ts"
import { type CelProgram, compileCel, toCel } from "./cel.ts"
import { isEqual } from "./equal.ts"
import { type FieldPath, forbidden, formatPath, invalid, invalidWhole, type Problem, required, typeName } from "./problem.ts"
import { type CelRule, childSchema, itemSchema, listKey, type Schema } from "./schema.ts"

export type CompiledRule = {
  source: CelRule
  program: CelProgram
  message: CelProgram | undefined
  isTransition: boolean
}

export function compileRule(source: CelRule): CompiledRule {
  return {
    source,
    program: compileCel(source.rule),
    message: source.messageExpression === undefined ? undefined : compileCel(source.messageExpression),
    isTransition: /\boldSelf\b/.test(source.rule),
  }
}

type Place = {
  value: unknown
  schema: Schema
  old: unknown
  path: FieldPath
}

export function checkRules({ value, schema, old, path }: Place): Problem[] {
  const problems: Problem[] = []
  const cel = toCel(value, schema)
  const oldCel = old === undefined ? undefined : toCel(old, schema)
  walk({ value, schema, old, path, cel, oldCel }, problems)
  return problems
}

type Node = Place & { cel: unknown; oldCel: unknown }

function walk(node: Node, problems: Problem[]): void {
  const { value, schema } = node
  if (!schema.hasRules || value === null) return
  for (const rule of schema.rules) {
    const problem = evaluate(rule, node)
    if (problem) problems.push(problem)
  }
  if (Array.isArray(value)) walkItems(node, value, problems)
  else if (isRecord(value)) walkFields(node, value, problems)
}

function walkFields(node: Node, value: Record<string, unknown>, problems: Problem[]): void {
  const { schema, old, path, cel, oldCel } = node
  for (const [name, child] of Object.entries(value)) {
    const declared = childSchema(schema, name)
    if (!declared) continue
    const part = schema.properties?.has(name) ? name : `[${name}]`
    walk(
      {
        value: child,
        schema: declared,
        old: fieldOf(old, name),
        path: [...path, part],
        cel: fieldOf(cel, name),
        oldCel: fieldOf(oldCel, name),
      },
      problems,
    )
  }
}

function walkItems(node: Node, value: unknown[], problems: Problem[]): void {
  const { schema, old, path, cel, oldCel } = node
  const items = itemSchema(schema)
  const before = new Map<string, number>()
  if (schema.listType === "map" && Array.isArray(old)) for (const [index, item] of old.entries()) before.set(listKey(schema, item), index)
  value.forEach((item, index) => {
    const at = before.get(listKey(schema, item)) ?? -1
    walk(
      { value: item, schema: items, old: itemOf(old, at), path: [...path, index], cel: itemOf(cel, index), oldCel: itemOf(oldCel, at) },
      problems,
    )
  })
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

function itemOf(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : undefined
}

function evaluate(rule: CompiledRule, node: Node): Problem | undefined {
  const { value, old, path, cel, oldCel } = node
  const { source } = rule
  if (rule.isTransition && old === undefined && source.optionalOldSelf !== true) return undefined
  // Ratcheting: what did not change is not blamed, except at the root, which changes with every write.
  if (!rule.isTransition && path.length > 0 && old !== undefined && isEqual(value, old)) return undefined
  const variables = { self: cel, oldSelf: source.optionalOldSelf ? optional(oldCel) : oldCel }
  try {
    if (rule.program(variables) === true) return undefined
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)
    return invalidWhole(path, `${source.message ?? `failed rule: ${source.rule}`} (evaluation error: ${why})`)
  }
  return blame(rule, node, textOf(rule, variables))
}

function optional(value: unknown): Optional {
  return value === undefined ? Optional.none() : Optional.of(value)
}

function textOf(rule: CompiledRule, variables: { self: unknown; oldSelf: unknown }): string {
  const fallback = rule.source.message ?? `failed rule: ${rule.source.rule}`
  if (!rule.message) return fallback
  try {
    const text = rule.message(variables)
    return typeof text === "string" && text.trim() !== "" ? text : fallback
  } catch {
    // The rule failed; a message that cannot be made must not hide that.
    return fallback
  }
}

function blame({ source }: CompiledRule, { value, path }: Node, message: string): Problem {
  const at = source.fieldPath === undefined ? path : [...path, ...source.fieldPath.replace(/^\./, "").split(".")]
  switch (source.reason) {
    case "FieldValueRequired":
      return required(at, message)
    case "FieldValueForbidden":
      return forbidden(at, message)
    case "FieldValueDuplicate":
      return { path: formatPath(at), type: "Duplicate", message: `Duplicate value: ${JSON.stringify(typeName(value))}: ${message}` }
    default:
      return typeof value === "object" || source.fieldPath !== undefined ? invalidWhole(at, message) : invalid(at, value, message)
  }
}
