// Series between the book and the store: loading at the start, writing what changed every minute, ranges for charts, and forgetting.
import type { Clock } from "../../ports.ts"
import type { Store } from "../../store/store.ts"
import { Chunk, pointsPerChunk, type Tier, tiers } from "./chunk.ts"
import { Rollup } from "./rollup.ts"
import { labelsText, type SeriesBook, type StoredSeries } from "./series-book.ts"

const rowsPerStatement = 200

export async function loadBook(book: SeriesBook, { store, clock }: { store: Store; clock: Clock }): Promise<void> {
  const nowMs = clock.wall()
  const chunks = new Map<string, Chunk[]>()
  for (const { ms, chunksInMemory } of tiers) {
    const from = Chunk.startOf(nowMs, ms) - (chunksInMemory - 1) * ms * pointsPerChunk
    const rows = await store
      .selectFrom("metric_chunks")
      .selectAll()
      .where("tier_ms", "=", ms)
      .where("start_ms", ">=", from)
      .orderBy("start_ms")
      .execute()
    for (const row of rows) {
      const key = `${row.series_id} ${ms}`
      chunks.set(key, [...(chunks.get(key) ?? []), Chunk.decode(row.start_ms, row.data)])
    }
  }
  for (const { id, cluster, metric, labels } of await store.selectFrom("metric_series").selectAll().execute()) {
    const own = tiers.map((tier) => new Rollup(tier, chunks.get(`${id} ${tier.ms}`)))
    const isRecent = own.some((rollup) => rollup.chunks.length > 0)
    book.restore({ id, cluster, metric, labels: JSON.parse(labels), rollups: isRecent ? own : [] })
  }
}

/** Writes what changed since the last time. What fails to be written stays dirty and is written next time. */
export async function flushBook(book: SeriesBook, { store, clock }: { store: Store; clock: Clock }): Promise<void> {
  const fresh = book.all().filter(({ isStored, rollups }) => !isStored && rollups.length > 0)
  for (const part of parts(fresh)) {
    const rows = part.map(({ id, cluster, metric, labels }) => ({ id, cluster, metric, labels: labelsText(labels) }))
    await store.insertInto("metric_series").values(rows).execute()
    for (const series of part) series.isStored = true
  }
  for (const part of parts(dirtyChunks(book))) {
    const rows = part.map(({ series, tier, chunk }) => ({
      series_id: series.id,
      tier_ms: tier.ms,
      start_ms: chunk.startMs,
      data: chunk.encode(),
    }))
    // Marked before the write: what is recorded while it runs is dirty again.
    for (const { chunk } of part) chunk.isDirty = false
    try {
      await store
        .insertInto("metric_chunks")
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(["series_id", "tier_ms", "start_ms"]).doUpdateSet((row) => ({ data: row.ref("excluded.data") })),
        )
        .execute()
    } catch (error) {
      for (const { chunk } of part) chunk.isDirty = true
      throw error
    }
  }
  book.trim(clock.wall())
}

function dirtyChunks(book: SeriesBook): { series: StoredSeries; tier: Tier; chunk: Chunk }[] {
  return book
    .all()
    .flatMap((series) =>
      series.rollups.flatMap(({ tier, chunks }) => chunks.filter(({ isDirty }) => isDirty).map((chunk) => ({ series, tier, chunk }))),
    )
}

function* parts<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += rowsPerStatement) yield items.slice(from, from + rowsPerStatement)
}

/** Forgets points beyond the age of their tier, and series without any. */
export async function expireSeries(book: SeriesBook, { store, clock }: { store: Store; clock: Clock }): Promise<void> {
  for (const { ms, keepMs } of tiers) {
    const before = clock.wall() - keepMs - ms * pointsPerChunk
    await store.deleteFrom("metric_chunks").where("tier_ms", "=", ms).where("start_ms", "<", before).execute()
  }
  const empty = await store
    .selectFrom("metric_series")
    .select("id")
    .where((where) =>
      where.not(
        where.exists(where.selectFrom("metric_chunks").select("tier_ms").whereRef("metric_chunks.series_id", "=", "metric_series.id")),
      ),
    )
    .execute()
  const gone = new Set(empty.map(({ id }) => id))
  for (const series of book.all()) if (series.rollups.length > 0) gone.delete(series.id)
  if (gone.size === 0) return
  await store
    .deleteFrom("metric_series")
    .where("id", "in", [...gone])
    .execute()
  book.forget(gone)
}

export interface RangeRequest {
  series: readonly StoredSeries[]
  tier: Tier
  fromMs: number
  toMs: number
}

/** Chunks per series over the range, oldest first; what is in memory wins over what is stored. */
export async function readChunks(store: Store, { series, tier, fromMs, toMs }: RangeRequest): Promise<Map<number, Chunk[]>> {
  const found = new Map<number, Map<number, Chunk>>()
  const ids = series.filter(({ isStored }) => isStored).map(({ id }) => id)
  if (ids.length > 0) {
    const rows = await store
      .selectFrom("metric_chunks")
      .selectAll()
      .where("series_id", "in", ids)
      .where("tier_ms", "=", tier.ms)
      .where("start_ms", ">=", Chunk.startOf(fromMs, tier.ms))
      .where("start_ms", "<=", toMs)
      .execute()
    for (const row of rows) chunkMap(found, row.series_id).set(row.start_ms, Chunk.decode(row.start_ms, row.data))
  }
  for (const { id, rollups } of series)
    for (const chunk of rollups.find((rollup) => rollup.tier.ms === tier.ms)?.chunks ?? []) chunkMap(found, id).set(chunk.startMs, chunk)
  return new Map([...found].map(([id, chunks]) => [id, [...chunks.values()].sort((a, b) => a.startMs - b.startMs)]))
}

function chunkMap(found: Map<number, Map<number, Chunk>>, id: number): Map<number, Chunk> {
  const chunks = found.get(id) ?? new Map<number, Chunk>()
  found.set(id, chunks)
  return chunks
}
