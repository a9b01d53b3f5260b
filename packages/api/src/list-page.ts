// Pages of lists. The order of a list is taken once and kept for a while, so that its later pages neither repeat nor skip a row; the rows
// themselves are always what is known now.
import { ApiError } from "./errors.ts"
import { uuidV7 } from "./ids.ts"
import type { Clock, Random } from "./ports.ts"

const maxKept = 32

export interface PageRequest {
  cursor: string | null
  limit: number
}

export interface Page {
  keys: readonly string[]
  revision: string
  nextCursor: string | null
  matching: number
}

export class ListOrders {
  readonly #parts: { clock: Clock; random: Random }
  readonly #orders = new Map<string, readonly string[]>()

  constructor(parts: { clock: Clock; random: Random }) {
    this.#parts = parts
  }

  /** `order` gives the sorted keys of all matching rows; it is asked for the first page only. */
  page({ cursor, limit }: PageRequest, order: () => readonly string[]): Page {
    const { revision, from, keys } = cursor === null ? this.#begin(order()) : this.#resume(cursor)
    const end = from + limit
    const isLast = end >= keys.length
    if (!isLast) this.#keep(revision, keys)
    return { keys: keys.slice(from, end), revision, nextCursor: isLast ? null : `${revision}:${end}`, matching: keys.length }
  }

  #begin(keys: readonly string[]): { revision: string; from: number; keys: readonly string[] } {
    const { clock, random } = this.#parts
    return { revision: uuidV7(random, clock.wall()), from: 0, keys }
  }

  #resume(cursor: string): { revision: string; from: number; keys: readonly string[] } {
    const [revision = "", position] = cursor.split(":")
    const keys = this.#orders.get(revision)
    const from = Number(position)
    if (!keys || !Number.isSafeInteger(from) || from < 0)
      throw new ApiError("CURSOR_EXPIRED", "this list has changed: start again from its first page", { path: "cursor" })
    return { revision, from, keys }
  }

  #keep(revision: string, keys: readonly string[]): void {
    this.#orders.delete(revision)
    this.#orders.set(revision, keys)
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > maxKept && oldest !== undefined) this.#orders.delete(oldest)
  }
}

export interface Searchable {
  name: string
  labels?: Readonly<Record<string, string>>
}

/** All words must be in the name or in a label; `label:key`, `label:key=value` ask for a label alone. */
export function matchesFilter(filter: string, { name, labels = {} }: Searchable): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const pairs = Object.entries(labels).map(([key, value]) => ({ key: key.toLowerCase(), value: value.toLowerCase() }))
  return words.every((word) => {
    if (!word.startsWith("label:")) return name.toLowerCase().includes(word) || pairs.some(({ value }) => value.includes(word))
    const [key = "", value] = word.slice("label:".length).split("=", 2)
    return pairs.some((pair) => pair.key === key && (value === undefined || pair.value === value))
  })
}

/** Missing values sort last, whatever the direction. */
export function compareBy<T>(of: (row: T) => number | string | undefined, isDescending: boolean): (a: T, b: T) => number {
  return (a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return isDescending ? -compare(x, y) : compare(x, y)
  }
}

function compare(x: number | string, y: number | string): number {
  if (x === y) return 0
  return x < y ? -1 : 1
}
