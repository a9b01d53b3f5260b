// The console's own store: sessions, preferences, metric history, alert transitions. Nothing here is needed to show live data.
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import { Kysely, type SqliteDatabase, SqliteDialect } from "kysely"
import { Migrator } from "kysely/migration"
import { migrations } from "./migrations.ts"
import type { Tables } from "./tables.ts"

export type Store = Kysely<Tables>

/** Opens and migrates. `:memory:` for tests. */
export async function openStore(file: string): Promise<Store> {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on")
  const store = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(database) }) })
  const { error } = await new Migrator({ db: store, provider: { getMigrations: async () => migrations } }).migrateToLatest()
  if (error === undefined) return store
  await store.destroy()
  throw new Error(`the store ${file} could not be brought up to date`, { cause: error })
}

/** node:sqlite in the shape that Kysely expects. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      }
    },
  }
}
