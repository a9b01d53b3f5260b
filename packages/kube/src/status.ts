// metav1.Condition as pure values: time moves only when the status flips, so that a steady state writes nothing.
import type { Condition } from "@rivven/resources"

export type NewCondition = Omit<Condition, "lastTransitionTime">

/** The list with this condition in it; the very same list when nothing changed. */
export function setCondition(conditions: readonly Condition[] | undefined, next: NewCondition, now: Date): readonly Condition[] {
  const before = conditions ?? []
  const old = before.find((condition) => condition.type === next.type)
  if (!old) return [...before, { ...next, lastTransitionTime: formatTime(now) }]
  const isFlipped = old.status !== next.status
  const merged: Condition = { ...next, lastTransitionTime: isFlipped ? formatTime(now) : old.lastTransitionTime }
  if (isSame(old, merged)) return before
  return before.map((condition) => (condition === old ? merged : condition))
}

export function getCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status && a.reason === b.reason && a.message === b.message && (a.observedGeneration ?? 0) === (b.observedGeneration ?? 0)
  )
}
