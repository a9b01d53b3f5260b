// What every query answers around its data: how old it is, whether it is complete, and which source could not be read. A slow or failed
// source degrades its own cells only; a cell is never 0 or blank because something failed.
import { z } from "zod"

/** Epoch milliseconds. */
export const epochMs = z.int().min(0)

export const sources = ["broker", "resources", "metrics", "store"] as const

/** A source, or a part of one, that this answer lacks. */
export const degraded = z.object({
  source: z.enum(sources),
  /** What is missing: `cluster:local`, `broker:2`, `topic:orders`, `partition:7`. */
  scope: z.string(),
  /** Code of the source: `TIMEOUT`, `CONNECT_FAILED`, `NO_SAMPLES`, … */
  code: z.string(),
  /** One sentence, safe to show. */
  message: z.string(),
  /** When it is tried again; null when nobody knows. */
  retryAt: epochMs.nullable(),
})
export type Degraded = z.output<typeof degraded>

export type Envelope<T> = {
  data: T
  /** Age of the oldest part used. */
  asOf: number
  complete: boolean
  degraded: Degraded[]
}

export function envelope<S extends z.ZodType>(data: S) {
  return z.object({ data, asOf: epochMs, complete: z.boolean(), degraded: z.array(degraded) })
}

export const missingCodes = [
  /** The source failed and no earlier value is known. */
  "NOT_READ",
  /** Too few samples yet, or none in this range. */
  "NO_SAMPLES",
  /** It never happened: no commit, no reader. */
  "NEVER",
  /** The cluster has no such thing. */
  "UNSUPPORTED",
] as const
export type MissingCode = (typeof missingCodes)[number]

/** A value, or an old one with its age, or the reason why there is none. Test with `typeof cell === "object"`. */
export type Cell<T extends number | string> = T | { stale: T; asOf: number } | { missing: MissingCode }

export function cell<S extends z.ZodType<number | string>>(value: S) {
  return z.union([value, z.object({ stale: value, asOf: epochMs }), z.object({ missing: z.enum(missingCodes) })])
}

export const numberCell = cell(z.number())
export const textCell = cell(z.string())

/** Collects what is missing while an answer is put together. */
export class EnvelopeBuilder {
  readonly #degraded: Degraded[] = []
  #asOf: number

  constructor(nowMs: number) {
    this.#asOf = nowMs
  }

  /** A part that was read at `asOf`. */
  used(asOf: number): this {
    this.#asOf = Math.min(this.#asOf, asOf)
    return this
  }

  lacks(...parts: readonly Degraded[]): this {
    for (const part of parts) {
      const isKnown = this.#degraded.some(({ source, scope, code }) => source === part.source && scope === part.scope && code === part.code)
      if (!isKnown) this.#degraded.push(part)
    }
    return this
  }

  answer<T>(data: T): Envelope<T> {
    return { data, asOf: this.#asOf, complete: this.#degraded.length === 0, degraded: this.#degraded }
  }
}
