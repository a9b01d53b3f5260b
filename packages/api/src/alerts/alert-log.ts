// Transitions of alerts in the store: what charts mark, and what a restart goes on from.
import type { AlertStatus, alerts } from "@rivven/resources"
import { uuidV7 } from "../ids.ts"
import type { Clock, Random } from "../ports.ts"
import { labelsText } from "../sources/metrics/series-book.ts"
import type { Store } from "../store/store.ts"
import type { AlertEventsTable } from "../store/tables.ts"

export interface Transition {
  rule: string
  labels: alerts.Labels
  state: "pending" | "firing" | "inactive"
  activeSinceMs: number
  value: number
  summary: string
}

const keepMs = 90 * 86_400_000

export interface AlertLogParts {
  store: Store
  clock: Clock
  random: Random
}

/** What differs between two rounds of the same rules. */
export function transitionsBetween(before: readonly AlertStatus[], after: readonly AlertStatus[]): Transition[] {
  const instancesOf = (statuses: readonly AlertStatus[]) =>
    new Map(
      statuses.flatMap(({ rule, instances }) =>
        instances.map((each) => [`${rule.name} ${labelsText(each.labels)}`, { rule: rule.name, ...each }]),
      ),
    )
  const [old, now] = [instancesOf(before), instancesOf(after)]
  const begun = [...now].filter(([key, { state }]) => old.get(key)?.state !== state).map(([, instance]) => instance)
  const ended = [...old].filter(([key]) => !now.has(key)).map(([, instance]) => ({ ...instance, state: "inactive" as const }))
  return [...begun, ...ended]
}

export async function writeTransitions(
  { store, clock, random }: AlertLogParts,
  cluster: string,
  transitions: readonly Transition[],
): Promise<void> {
  if (transitions.length === 0) return
  const at = clock.wall()
  const rows = transitions.map(
    ({ rule, labels, state, activeSinceMs, value, summary }): AlertEventsTable => ({
      id: uuidV7(random, at),
      cluster,
      rule,
      subject: labelsText(labels),
      state,
      at,
      active_since: activeSinceMs,
      value,
      summary,
    }),
  )
  await store.insertInto("alert_events").values(rows).execute()
}

/** The newest transition per rule and subject, of those that have not ended. */
export async function openInstances(store: Store, cluster: string): Promise<AlertEventsTable[]> {
  const rows = await store.selectFrom("alert_events").selectAll().where("cluster", "=", cluster).orderBy("at").orderBy("id").execute()
  const newest = new Map(rows.map((row) => [`${row.rule} ${row.subject}`, row]))
  return [...newest.values()].filter(({ state }) => state !== "inactive")
}

/** Transitions up to the end of a range; what was on when it began follows from those before it. */
export async function transitionsIn(store: Store, cluster: string, range: { toMs: number }): Promise<AlertEventsTable[]> {
  return store
    .selectFrom("alert_events")
    .selectAll()
    .where("cluster", "=", cluster)
    .where("at", "<=", range.toMs)
    .orderBy("at")
    .orderBy("id")
    .execute()
}

export async function expireTransitions({ store, clock }: { store: Store; clock: Clock }): Promise<void> {
  await store
    .deleteFrom("alert_events")
    .where("at", "<", clock.wall() - keepMs)
    .execute()
}
