// The part of JSONPath that printer columns, selectable fields and scale paths use: `.a.b`, `['a.b']`, `[0]`, `[*]`, `[?(@.type=='Ready')]`.
import { isRecord } from "../object.ts"

type Step =
  | { kind: "field"; name: string }
  | { kind: "index"; index: number }
  | { kind: "all" }
  | { kind: "filter"; field: string; op: "==" | "!="; value: unknown }

export type JsonPath = (value: unknown) => unknown[]

const token =
  /\.?\[\?\(@\.([A-Za-z0-9_.-]+)\s*(==|!=)\s*(?:'([^']*)'|"([^"]*)"|([a-z0-9.-]+))\)\]|\.?\[(?:'([^']+)'|"([^"]+)"|(\*)|(-?\d+))\]|\.([A-Za-z0-9_/-]+)|\.(\*)/y

/** Answers all values found, in order. Throws `SyntaxError` on what it does not understand. */
export function compileJsonPath(source: string): JsonPath {
  const steps = parse(source)
  return (value) => steps.reduce<unknown[]>((values, step) => values.flatMap((each) => take(each, step)), [value])
}

function parse(source: string): Step[] {
  const text = source.replace(/^\{(.*)\}$/, "$1").replace(/^\$/, "")
  const dotted = text.startsWith(".") || text.startsWith("[") || text === "" ? text : `.${text}`
  const steps: Step[] = []
  let at = 0
  while (at < dotted.length) {
    token.lastIndex = at
    const match = token.exec(dotted)
    if (!match) throw new SyntaxError(`cannot read the JSONPath ${JSON.stringify(source)} from position ${at}`)
    steps.push(stepOf(match))
    at = token.lastIndex
  }
  return steps
}

function stepOf(match: RegExpExecArray): Step {
  const [, filterField, op, single, double, bare, quoted, doubleQuoted, star, index, name, dotStar] = match
  if (filterField !== undefined)
    return { kind: "filter", field: filterField, op: op as "==" | "!=", value: single ?? double ?? literal(bare ?? "") }
  if (star !== undefined || dotStar !== undefined) return { kind: "all" }
  if (index !== undefined) return { kind: "index", index: Number(index) }
  return { kind: "field", name: name ?? quoted ?? doubleQuoted ?? "" }
}

function literal(text: string): unknown {
  if (text === "true" || text === "false") return text === "true"
  return Number.isNaN(Number(text)) ? text : Number(text)
}

function take(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case "field":
      return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []
    case "index": {
      const item = Array.isArray(value) ? value.at(step.index) : undefined
      return item === undefined ? [] : [item]
    }
    case "all":
      return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []
    case "filter":
      return Array.isArray(value) ? value.filter((item) => matches(item, step)) : []
  }
}

function matches(item: unknown, { field, op, value }: Step & { kind: "filter" }): boolean {
  const actual = field.split(".").reduce<unknown>((each, name) => (isRecord(each) ? each[name] : undefined), item)
  return (actual === value) === (op === "==")
}
