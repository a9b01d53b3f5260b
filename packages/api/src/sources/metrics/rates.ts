// Counters become rates when they are sampled: what is stored can be averaged.
import { labelsText, type SeriesSample } from "./series-book.ts"

interface Seen {
  value: number
  atMs: number
  round: number
}

export class Rates {
  readonly #seen = new Map<string, Seen>()
  /** When each place was looked at last, and the time before that. */
  readonly #looks = new Map<string, { last: number; before: number | undefined }>()
  #round = 0

  /** Begins a round; counters that were absent in the last two are forgotten. */
  beginRound(): void {
    this.#round += 1
    for (const [key, { round }] of this.#seen) if (round < this.#round - 2) this.#seen.delete(key)
  }

  /** A place with counters is looked at: what appears in it from now on was zero at the look before. */
  look(place: string, atMs: number): void {
    this.#looks.set(place, { last: atMs, before: this.#looks.get(place)?.last })
  }

  /**
   * Per second since the last round. A counter that went back was restarted at zero; one that is new began at zero after the last look at
   * its place, if there was one. Undefined when nobody knows.
   */
  rate({ metric, labels, value }: SeriesSample, atMs: number, place?: string): number | undefined {
    const key = `${metric} ${labelsText(labels)}`
    const before = this.#seen.get(key) ?? this.#born(place)
    this.#seen.set(key, { value, atMs, round: this.#round })
    if (!before || atMs <= before.atMs) return undefined
    const increase = value >= before.value ? value - before.value : value
    return increase / ((atMs - before.atMs) / 1000)
  }

  #born(place: string | undefined): Pick<Seen, "value" | "atMs"> | undefined {
    const before = place === undefined ? undefined : this.#looks.get(place)?.before
    return before === undefined ? undefined : { value: 0, atMs: before }
  }
}

export interface Bucket {
  /** Infinity for the last one. */
  upperBound: number
  /** Rate, or count, of everything up to the bound. */
  count: number
}

/** A quantile of cumulative buckets, linear within the bucket, as Prometheus has it. Undefined when nothing was counted. */
export function quantile(q: number, unsorted: readonly Bucket[]): number | undefined {
  const buckets = unsorted.toSorted((a, b) => a.upperBound - b.upperBound)
  const total = buckets.at(-1)?.count ?? 0
  if (buckets.length < 2 || total <= 0) return undefined
  const rank = q * total
  const at = buckets.findIndex(({ count }) => count >= rank)
  const bucket = buckets[at]
  if (!bucket) return undefined
  if (bucket.upperBound === Number.POSITIVE_INFINITY) return buckets.at(-2)?.upperBound
  const below = at === 0 ? { upperBound: 0, count: 0 } : buckets[at - 1]
  if (!below) return undefined
  const width = bucket.count - below.count
  return width <= 0 ? bucket.upperBound : below.upperBound + (bucket.upperBound - below.upperBound) * ((rank - below.count) / width)
}
