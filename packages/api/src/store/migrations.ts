import type { Kysely } from "kysely"
import type { Migration } from "kysely/migration"

async function first(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("sessions")
    .addColumn("secret_hash", "text", (column) => column.primaryKey())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("user_name", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("last_seen_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("user_agent", "text", (column) => column.notNull())
    .execute()
  await db.schema
    .createTable("login_links")
    .addColumn("secret_hash", "text", (column) => column.primaryKey())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute()
  await db.schema
    .createTable("preferences")
    .addColumn("user_name", "text", (column) => column.primaryKey())
    .addColumn("data", "text", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    .execute()
}

async function metrics(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("metric_series")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("cluster", "text", (column) => column.notNull())
    .addColumn("metric", "text", (column) => column.notNull())
    .addColumn("labels", "text", (column) => column.notNull())
    .addUniqueConstraint("metric_series_key", ["cluster", "metric", "labels"])
    .execute()
  await db.schema
    .createTable("metric_chunks")
    .addColumn("series_id", "integer", (column) => column.notNull())
    .addColumn("tier_ms", "integer", (column) => column.notNull())
    .addColumn("start_ms", "bigint", (column) => column.notNull())
    .addColumn("data", "blob", (column) => column.notNull())
    .addPrimaryKeyConstraint("metric_chunks_key", ["series_id", "tier_ms", "start_ms"])
    .execute()
  await db.schema.createIndex("metric_chunks_age").on("metric_chunks").columns(["tier_ms", "start_ms"]).execute()
}

async function alerts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("alert_events")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("cluster", "text", (column) => column.notNull())
    .addColumn("rule", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("active_since", "bigint", (column) => column.notNull())
    .addColumn("value", "real", (column) => column.notNull())
    .addColumn("summary", "text", (column) => column.notNull())
    .execute()
  await db.schema.createIndex("alert_events_time").on("alert_events").columns(["cluster", "at"]).execute()
}

/** Names sort in the order in which they run. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
  "0001-sessions": { up: first },
  "0002-metrics": { up: metrics },
  "0003-alerts": { up: alerts },
}
