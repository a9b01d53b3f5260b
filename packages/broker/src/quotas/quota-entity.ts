// Whom a quota is for, in Kafka's words: a user, a client id, both together, or an address; null as a name stands for everybody of the kind
// who has no quota of their own. Pure.

export type EntityType = "user" | "client-id" | "ip"

export interface EntityPart {
  readonly entityType: string
  readonly entityName: string | null
}

export interface QuotaChange {
  readonly entity: readonly EntityPart[]
  readonly key: string
  readonly value: number
  readonly remove: boolean
}

/** The same for the same parts in any order. */
export function entityKey(entity: readonly EntityPart[]): string {
  const parts = entity.map(({ entityType, entityName }) => [entityType, entityName] as const)
  return JSON.stringify(parts.sort(([a], [b]) => (a < b ? -1 : 1)))
}
