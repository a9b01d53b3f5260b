// What a config is: its name, type, default, documentation and what it accepts. Values stay strings, as clients send and see them;
// who needs a number asks for one. The tables are `topics/topic-configs.ts` and `broker-configs.ts`; nothing else knows a default.

export type ConfigType = "boolean" | "string" | "int" | "short" | "long" | "double" | "list"

export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  readonly default: string
  readonly doc: string
  /** Says what would be accepted; undefined when the value is. */
  readonly refuses: (value: string) => string | undefined
  /** Decided when the process starts; a client may read it only. */
  readonly readOnly: boolean
  /** Of topic configs: the broker config that gives the value of topics without their own. */
  readonly brokerName?: string
}

type Extra = Partial<Pick<ConfigDefinition, "readOnly" | "brokerName">>
type Entry = Omit<ConfigDefinition, "readOnly"> & Extra

const entry = (definition: Entry): ConfigDefinition => ({ readOnly: false, ...definition })

interface Numeric extends Extra {
  readonly min?: number
  readonly max?: bigint | number
  readonly default: string | number
  readonly doc: string
}

export const unlimited = "9223372036854775807"
const bounds = { int: 2_147_483_647n, short: 32_767n, long: 9_223_372_036_854_775_807n }

function whole(type: "int" | "short" | "long", name: string, options: Numeric): ConfigDefinition {
  const { min, max = bounds[type], default: value, ...rest } = options
  const low = BigInt(min ?? -bounds[type] - 1n)
  const accepted = `a whole number from ${low} to ${max}`
  const refuses = (text: string) =>
    /^[+-]?\d{1,19}$/.test(text) && BigInt(text) >= low && BigInt(text) <= BigInt(max) ? undefined : accepted
  return entry({ name, type, refuses, default: String(value), ...rest })
}

export const int = (name: string, options: Numeric): ConfigDefinition => whole("int", name, options)
export const short = (name: string, options: Numeric): ConfigDefinition => whole("short", name, options)
export const long = (name: string, options: Numeric): ConfigDefinition => whole("long", name, options)

export function ratio(name: string, options: Extra & { default: string; doc: string }): ConfigDefinition {
  const isRatio = (text: string) => /^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(text)
  return entry({ name, type: "double", refuses: (text) => (isRatio(text) ? undefined : "a number from 0 to 1"), ...options })
}

export function bool(name: string, options: Extra & { default: boolean; doc: string; only?: boolean }): ConfigDefinition {
  const { default: value, only, ...rest } = options
  const accepted = only === undefined ? ["true", "false"] : [String(only)]
  return entry({ name, type: "boolean", refuses: oneOf(accepted), default: String(value), ...rest })
}

export function choice(name: string, options: Extra & { of: readonly string[]; default: string; doc: string }): ConfigDefinition {
  const { of, ...rest } = options
  return entry({ name, type: "string", refuses: oneOf(of), ...rest })
}

export function list(name: string, options: Extra & { of?: readonly string[]; default: string; doc: string }): ConfigDefinition {
  const { of, ...rest } = options
  const accepts = of && oneOf(of)
  const refuses = (value: string) => {
    if (!of) return undefined
    const items = splitList(value)
    if (items.length === 0 || new Set(items).size < items.length || items.some((item) => accepts?.(item)))
      return `a comma-separated list of ${of.join(", ")}, each at most once`
    return undefined
  }
  return entry({ name, type: "list", refuses, ...rest })
}

export function text(
  name: string,
  options: Extra & { default: string; doc: string; pattern?: RegExp; accepts?: string },
): ConfigDefinition {
  const { pattern, accepts = "", ...rest } = options
  return entry({ name, type: "string", refuses: (value) => (!pattern || pattern.test(value) ? undefined : accepts), ...rest })
}

function oneOf(accepted: readonly string[]): (value: string) => string | undefined {
  return (value) => (accepted.includes(value) ? undefined : `one of ${accepted.join(", ")}`)
}

export const splitList = (value: string): string[] =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")

export class ConfigTable {
  readonly #byName: ReadonlyMap<string, ConfigDefinition>

  constructor(definitions: readonly ConfigDefinition[]) {
    this.#byName = new Map(definitions.map((definition) => [definition.name, definition]))
  }

  get(name: string): ConfigDefinition | undefined {
    return this.#byName.get(name)
  }

  all(): Iterable<ConfigDefinition> {
    return this.#byName.values()
  }

  default(name: string): string {
    const definition = this.#byName.get(name)
    if (!definition) throw new RangeError(`no config is called ${name}`)
    return definition.default
  }

  /** Why a client may not set this, as a sentence; undefined when it may. */
  whyRefused(name: string, value: string): string | undefined {
    const definition = this.#byName.get(name)
    if (!definition) return `Unknown config ${quote(name)}; the nearest known one is ${nearest(name, this.#byName.keys())}`
    if (definition.readOnly) return `${name} is read-only; it is set when the broker starts`
    const accepted = definition.refuses(value)
    return accepted && `${name} cannot be ${quote(value)}; it accepts ${accepted}`
  }
}

/** Foreign text in a message: bounded, and visibly text. */
export const quote = (value: string): string => JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value)

/** A number for decisions; "unlimited" and everything else beyond 2^53 becomes the largest exact number. */
export function toNumber(value: string): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)))
}

export function nearest(name: string, known: Iterable<string>): string {
  let best = ""
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = editDistance(name.slice(0, 100), candidate)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
