// The quotas that admins have stored, as the metadata log says, and which of them is for whom. Part of the catalog.
import { connectionRateKey, type Entity, entityKey, entityTypes, type QuotaChange } from "./quota-entity.ts"

export interface StoredQuotas {
  readonly entity: Entity
  /** By key, in order of their first use. */
  readonly values: ReadonlyMap<string, number>
}

export interface Consumer {
  readonly user: string
  readonly clientId: string
}

export interface Limit {
  readonly perSecond: number
  /** Who shares it: everybody with the same text. */
  readonly sharedBy: string
}

export interface FilterPart {
  readonly entityType: string
  /** `exact` with a name, `default` for null as a name, `any` for both. */
  readonly match: { readonly type: "exact"; readonly name: string } | { readonly type: "default" } | { readonly type: "any" }
}

const userPart = (entityName: string | null) => ({ entityType: entityTypes.user, entityName })
const clientPart = (entityName: string | null) => ({ entityType: entityTypes.client, entityName })

export class QuotaStore {
  readonly #byKey = new Map<string, { entity: Entity; values: Map<string, number> }>()
  #version = 0

  /** Changes with every change: whoever remembers what follows looks here. */
  get version(): number {
    return this.#version
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  apply({ entity, key, value, remove }: QuotaChange): void {
    this.#version += 1
    const name = entityKey(entity)
    const stored = this.#byKey.get(name) ?? { entity, values: new Map() }
    if (remove) stored.values.delete(key)
    else stored.values.set(key, value)
    if (stored.values.size > 0) this.#byKey.set(name, stored)
    else this.#byKey.delete(name)
  }

  /** Kafka's order: who is named more exactly goes first. A default gives everybody their own share. */
  limitOf({ user, clientId }: Consumer, key: string): Limit | undefined {
    const both = JSON.stringify([user, clientId])
    const alone = JSON.stringify([user, null])
    const candidates: readonly (readonly [Entity, sharedBy: string])[] = [
      [[userPart(user), clientPart(clientId)], both],
      [[userPart(user), clientPart(null)], both],
      [[userPart(user)], alone],
      [[userPart(null), clientPart(clientId)], both],
      [[userPart(null), clientPart(null)], both],
      [[userPart(null)], alone],
      [[clientPart(clientId)], JSON.stringify([null, clientId])],
      [[clientPart(null)], JSON.stringify([null, clientId])],
    ]
    for (const [entity, sharedBy] of candidates) {
      const perSecond = this.#value(entity, key)
      if (perSecond !== undefined) return { perSecond, sharedBy }
    }
    return undefined
  }

  connectionRateOf(address: string): number | undefined {
    if (this.isEmpty) return undefined
    const { ip: entityType } = entityTypes
    return (
      this.#value([{ entityType, entityName: address }], connectionRateKey) ??
      this.#value([{ entityType, entityName: null }], connectionRateKey)
    )
  }

  /** Strict: entities of these types and no others. */
  find(filter: readonly FilterPart[], isStrict: boolean): StoredQuotas[] {
    return [...this.#byKey.values()].filter(
      ({ entity }) => (!isStrict || entity.length === filter.length) && filter.every((part) => entity.some((one) => matches(part, one))),
    )
  }

  #value(entity: Entity, key: string): number | undefined {
    return this.#byKey.get(entityKey(entity))?.values.get(key)
  }
}

function matches({ entityType, match }: FilterPart, part: Entity[number]): boolean {
  if (part.entityType !== entityType) return false
  return match.type === "any" || part.entityName === (match.type === "exact" ? match.name : null)
}
