// Settings from the environment of a process, declared once per app: parsed at start, frozen, printable with secrets masked, documented.
// Takes the environment as an argument and reads none itself.
import type { z } from "zod"
import { acceptedBy } from "./accepted.ts"
import { nearest } from "./nearest.ts"
import { validate } from "./validate.ts"

export type EnvSetting<T> = {
  schema: z.ZodType<T, unknown>
  doc: string
  /** The value is never printed. */
  isSecret?: true
  /** No default: the setting is required. */
  default?: T
}

export type EnvSettings = Record<string, EnvSetting<unknown>>
export type EnvOf<S extends EnvSettings> = { readonly [K in keyof S]: S[K] extends EnvSetting<infer T> ? T : never }
export type EnvProblem = { name: string; message: string }
export type ParsedEnv<S extends EnvSettings> = { ok: true; value: EnvOf<S> } | { ok: false; problems: EnvProblem[] }

export type Env<S extends EnvSettings> = {
  parse(environment: Record<string, string | undefined>): ParsedEnv<S>
  /** One `NAME=value` per line, secrets masked. */
  print(value: EnvOf<S>): string
  docs(): string
}

/** `prefix` names our variables: an unknown one that starts with it is an error, every other variable is somebody else's. */
export function defineEnv<S extends EnvSettings>(prefix: string, settings: S): Env<S> {
  return {
    parse(environment) {
      const problems = unknownNames(prefix, { environment, settings })
      const value: Record<string, unknown> = {}
      for (const [name, setting] of Object.entries(settings)) {
        const read = readSetting(setting, environment[name])
        if (read.ok) value[name] = read.value
        else problems.push({ name, message: read.message })
      }
      return problems.length === 0 ? { ok: true, value: Object.freeze(value) as EnvOf<S> } : { ok: false, problems }
    },
    print(value) {
      const shown = (name: string) => (settings[name]?.isSecret ? "********" : String(value[name]))
      return Object.keys(settings)
        .map((name) => `${name}=${shown(name)}`)
        .join("\n")
    },
    docs() {
      const rows = Object.entries(settings).map(([name, setting]) => {
        const fallback = setting.default === undefined ? "required" : `\`${JSON.stringify(setting.default)}\``
        return `| \`${name}\` | ${acceptedBy(setting.schema)} | ${fallback} | ${setting.doc} |`
      })
      return ["| variable | accepted | default | meaning |", "|---|---|---|---|", ...rows].join("\n")
    },
  }
}

type Read = { ok: true; value: unknown } | { ok: false; message: string }

function readSetting(setting: EnvSetting<unknown>, given: string | undefined): Read {
  if (given === undefined || given === "") {
    if (setting.default !== undefined) return { ok: true, value: setting.default }
    return { ok: false, message: `is required: ${acceptedBy(setting.schema)}` }
  }
  const parsed = validate(setting.schema, fromText(setting.schema, given))
  if (parsed.ok) return parsed
  const { message = "", accepted = "" } = parsed.errors[0] ?? {}
  return { ok: false, message: setting.isSecret ? `is not accepted: ${accepted}` : message }
}

function fromText(schema: z.ZodType, given: string): unknown {
  if (schema._zod.def.type === "number") return /^-?[0-9]+(\.[0-9]+)?$/.test(given) ? Number(given) : given
  if (schema._zod.def.type === "boolean") return { true: true, false: false }[given] ?? given
  return given
}

type Names = { environment: Record<string, string | undefined>; settings: EnvSettings }

function unknownNames(prefix: string, { environment, settings }: Names): EnvProblem[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !(name in settings))
    .map((name) => {
      const close = nearest(name, Object.keys(settings))
      return { name, message: close ? `unknown setting; did you mean ${close}?` : "unknown setting" }
    })
}
