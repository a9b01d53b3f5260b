// A rule is written once and says the same thing twice: as CEL for the API server and as a check for zod. `rule` looks at the value alone,
// `transition` also at the value before the change, which zod does not know; `validate` runs those.
import type { z } from "zod"
import { type CelRule, checkWithTwin, extend, extensionOf } from "./extension.ts"
import { isWrapper } from "./shape.ts"

export type Rule<T> = {
  cel: string
  message: string
  check: (value: T) => boolean
  /** The field below the object that the error belongs to, such as `config.minInsyncReplicas`. */
  field?: string
}

export type Transition<T> = {
  cel: string
  message: string
  field?: string
  check: (next: T, previous: T) => boolean
}

export type RatchetedRule<T> = {
  /** The plain rule; `oldSelf.hasValue() || (…)` is put around it, so that an object stored before the rule existed stays writable. */
  cel: string
  message: string
  field?: string
  check: (value: T) => boolean
}

export function rule<S extends z.ZodType>(schema: S, { cel, message, check, field = "" }: Rule<z.output<S>>): S {
  refuseWrapper(schema)
  const path = field === "" ? [] : field.split(".")
  const checked = checkWithTwin(schema, (value, report) => {
    if (!check(value)) report(path, message)
  })
  return withRule(checked, celRule({ cel, message, field }))
}

export function transition<S extends z.ZodType>(schema: S, { cel, message, check, field = "" }: Transition<z.output<S>>): S {
  refuseWrapper(schema)
  const twin = {
    check: (next: unknown, previous: unknown) => check(next as z.output<S>, previous as z.output<S>),
    message,
    field,
    optionalOldSelf: false,
  }
  return withRule(
    extend(copy(schema), { transitions: [...(extensionOf(schema).transitions ?? []), twin] }),
    celRule({ cel, message, field }),
  )
}

/** A root rule that holds for new objects only. */
export function creationRule<S extends z.ZodType>(schema: S, { cel, message, check, field = "" }: RatchetedRule<z.output<S>>): S {
  refuseWrapper(schema)
  const twin = {
    check: (next: unknown, previous: unknown) => previous !== undefined || check(next as z.output<S>),
    message,
    field,
    optionalOldSelf: true,
  }
  const written: CelRule = { ...celRule({ cel: `oldSelf.hasValue() || (${cel})`, message, field }), optionalOldSelf: true }
  return withRule(extend(copy(schema), { transitions: [...(extensionOf(schema).transitions ?? []), twin] }), written)
}

function withRule<S extends z.ZodType>(schema: S, added: CelRule): S {
  return extend(schema, { rules: [...(extensionOf(schema).rules ?? []), added] })
}

function celRule({ cel, message, field }: { cel: string; message: string; field: string }): CelRule {
  // The API server knows metadata better than the schema does, and takes no path into it.
  return field === "" || field.startsWith("metadata.") ? { rule: cel, message } : { rule: cel, message, fieldPath: `.${field}` }
}

function copy<S extends z.ZodType>(schema: S): S {
  return schema.clone(schema._zod.def, { parent: true }) as S
}

/** A rule on an optional or defaulted wrapper would be lost when the field is absent and found when it is not. */
function refuseWrapper(schema: z.ZodType): void {
  if (isWrapper(schema)) throw new Error("put the rule on the schema before .optional(), .default() or .prefault()")
}
