"use client"
// The URL is the state of a screen. A feature declares its parameters once, as zod/mini fields with defaults; what equals its default is
// left out of the URL, and what cannot be read falls back to its default.
import { useCallback, useMemo } from "react"
import * as z from "zod/mini"
import { changeSearch, type HistoryMode, useSearch } from "./app/navigation.tsx"

type Fields = Readonly<Record<string, z.ZodMiniType<unknown, string>>>
type StateOf<F extends Fields> = { [K in keyof F]: z.output<F[K]> }

export interface UrlState<F extends Fields> {
  fields: F
  defaults: StateOf<F>
}

export function defineUrlState<F extends Fields>(fields: F, defaults: StateOf<F>): UrlState<F> {
  return { fields, defaults }
}

/** A list of words, comma separated. */
export function words(): z.ZodMiniType<string[], string> {
  return z.codec(z.string().check(z.maxLength(2000)), z.array(z.string()), {
    decode: (text) => (text === "" ? [] : text.split(",")),
    encode: (list) => list.join(","),
  })
}

export function text(): z.ZodMiniType<string, string> {
  return z.string().check(z.maxLength(500))
}

/** A whole number of at least zero. */
export function whole(): z.ZodMiniType<number | null, string> {
  return z.codec(z.string().check(z.regex(/^\d{0,15}$/)), z.nullable(z.number()), {
    decode: (digits) => (digits === "" ? null : Number(digits)),
    encode: (value) => (value === null ? "" : String(value)),
  })
}

export function flag(): z.ZodMiniType<boolean, string> {
  return z.codec(z.enum(["1", "0"]), z.boolean(), { decode: (word) => word === "1", encode: (isOn) => (isOn ? "1" : "0") })
}

export function readUrlState<F extends Fields>({ fields, defaults }: UrlState<F>, search: URLSearchParams): StateOf<F> {
  const state: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const raw = search.get(name)
    const result = raw === null ? undefined : z.safeDecode(field, raw)
    state[name] = result?.success ? result.data : defaults[name]
  }
  return state as StateOf<F>
}

/** The query parameters to set or (null) remove so that the URL says `patch`. */
export function writeUrlState<F extends Fields>(
  { fields, defaults }: UrlState<F>,
  patch: Partial<StateOf<F>>,
): Record<string, string | null> {
  const changes: Record<string, string | null> = {}
  for (const [name, value] of Object.entries(patch)) {
    const field = fields[name]
    if (!field) continue
    const encoded = z.encode(field, value)
    changes[name] = encoded === z.encode(field, defaults[name]) ? null : encoded
  }
  return changes
}

export type SetUrlState<F extends Fields> = (patch: Partial<StateOf<F>>, mode?: HistoryMode) => void

/** `replace` for what is typed or sorted, `push` for what Back should undo (a drawer, a tab). */
export function useUrlState<F extends Fields>(spec: UrlState<F>): readonly [StateOf<F>, SetUrlState<F>] {
  const search = useSearch()
  const query = search.toString()
  const state = useMemo(() => readUrlState(spec, new URLSearchParams(query)), [spec, query])
  const set = useCallback<SetUrlState<F>>((patch, mode = "replace") => changeSearch(writeUrlState(spec, patch), mode), [spec])
  return [state, set]
}
