// When a partition's end was where: from it follows since when a record waits. Per partition a short list of (time, end offset), written only
// when the end moved, and thinned towards the past.
export interface HistoryPoint {
  at: number
  end: number
}

/** Above this many points every second one of the older half goes. */
const maxPoints = 256

export class OffsetHistory {
  readonly #partitions = new Map<string, HistoryPoint[]>()

  record(topic: string, partition: number, point: HistoryPoint): void {
    const key = keyOf(topic, partition)
    const points = this.#partitions.get(key)
    const last = points?.at(-1)
    if (!points || !last || point.end < last.end) {
      // New, or the topic was deleted and made again: what was known says nothing about it.
      this.#partitions.set(key, [point])
      return
    }
    if (point.end === last.end) {
      // Keep the first and the newest time at which the end was here.
      const before = points.at(-2)
      if (before?.end === last.end) last.at = point.at
      else points.push(point)
      return
    }
    points.push(point)
    if (points.length > maxPoints) thin(points)
  }

  /**
   * The time at which the record at `offset` was written, between the last look that did not see it and the first that did.
   * `null`: it was there before the first look.
   */
  writtenAt(topic: string, partition: number, offset: number): number | null {
    const points = this.#partitions.get(keyOf(topic, partition)) ?? []
    const at = firstBeyond(points, offset)
    const [before, after] = [points[at - 1], points[at]]
    if (!before || !after) return null
    const share = (offset - before.end) / (after.end - before.end)
    return Math.round(before.at + (after.at - before.at) * share)
  }

  /** Forgets topics that are gone. */
  keepOnly(isKept: (topic: string) => boolean): void {
    for (const key of this.#partitions.keys()) if (!isKept(key.slice(0, key.lastIndexOf(" ")))) this.#partitions.delete(key)
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic} ${partition}`
}

/** Index of the first point whose end lies beyond the offset, so that the record was there by then. */
function firstBeyond(points: readonly HistoryPoint[], offset: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.end ?? 0) > offset) high = middle
    else low = middle + 1
  }
  return low
}

function thin(points: HistoryPoint[]): void {
  const half = points.length >> 1
  const kept = points.filter((_, at) => at === 0 || at >= half || at % 2 === 0)
  points.splice(0, points.length, ...kept)
}
