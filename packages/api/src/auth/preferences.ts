import type { Clock } from "../ports.ts"
import { type Preferences, preferences } from "../routers/session/schema.ts"
import type { Store } from "../store/store.ts"

const defaults: Preferences = { theme: "system", density: "compact", timeZone: "local", isRailOpen: true, hasShortcuts: true }

export async function readPreferences(store: Store, userName: string): Promise<Preferences> {
  const row = await store.selectFrom("preferences").select("data").where("user_name", "=", userName).executeTakeFirst()
  if (!row) return defaults
  // What an older version stored, or a newer one, is taken as far as it fits.
  const stored = preferences.partial().safeParse(JSON.parse(row.data))
  return { ...defaults, ...(stored.success ? stored.data : {}) }
}

export async function writePreferences(
  { store, clock }: { store: Store; clock: Clock },
  userName: string,
  change: Partial<Preferences>,
): Promise<Preferences> {
  const merged = { ...(await readPreferences(store, userName)), ...change }
  const row = { user_name: userName, data: JSON.stringify(merged), updated_at: clock.wall() }
  await store
    .insertInto("preferences")
    .values(row)
    .onConflict((conflict) => conflict.column("user_name").doUpdateSet({ data: row.data, updated_at: row.updated_at }))
    .execute()
  return readPreferences(store, userName)
}
