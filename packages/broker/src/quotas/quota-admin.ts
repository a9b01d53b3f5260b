// Stores and removes quotas: each entity on its own, all of its changes or none, durable before they take effect.
import type { ErrorName } from "@rivven/protocol"
import { type Entity, entityKey, type QuotaChange, whyBadChange, whyBadEntity, whyBadTypes } from "./quota-entity.ts"
import type { FilterPart, QuotaStore, StoredQuotas } from "./quota-store.ts"

export interface QuotaProblem {
  readonly error: ErrorName
  readonly message: string
}

export interface EntityChanges {
  readonly entity: Entity
  readonly changes: readonly Omit<QuotaChange, "entity">[]
}

export interface QuotaFilter {
  readonly parts: readonly { readonly entityType: string; readonly matchType: number; readonly match: string | null }[]
  readonly isStrict: boolean
}

export interface QuotaAdminOptions {
  readonly store: QuotaStore
  /** Makes changes durable, then applies them to the store. */
  readonly append: (changes: readonly QuotaChange[]) => Promise<void>
}

/** Kafka's numbers. */
const matchTypes = { exact: 0, default: 1, any: 2 } as const

const invalid = (message: string): QuotaProblem => ({ error: "INVALID_REQUEST", message })

export class QuotaAdmin {
  readonly #options: QuotaAdminOptions
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: QuotaAdminOptions) {
    this.#options = options
  }

  find({ parts, isStrict }: QuotaFilter): StoredQuotas[] | QuotaProblem {
    const types = parts.map(({ entityType }) => entityType)
    if (types.includes("")) return invalid("Invalid empty entity type.")
    if (new Set(types).size < types.length) return invalid("An entity type cannot appear more than once in the filter.")
    const why = whyBadTypes(types)
    if (why) return invalid(why)
    const filter: FilterPart[] = []
    for (const { entityType, matchType, match } of parts) {
      const made = matchOf(matchType, match)
      if (typeof made === "string") return invalid(made)
      filter.push({ entityType, match: made })
    }
    return this.#options.store.find(filter, isStrict)
  }

  /** One answer for each entity, null when it is done. */
  alter(entries: readonly EntityChanges[], { validateOnly }: { validateOnly: boolean }): Promise<(QuotaProblem | null)[]> {
    const result = this.#tail.then(
      () => this.#alter(entries, validateOnly),
      () => this.#alter(entries, validateOnly),
    )
    this.#tail = result
    return result
  }

  async #alter(entries: readonly EntityChanges[], validateOnly: boolean): Promise<(QuotaProblem | null)[]> {
    const seen = new Set<string>()
    const good: QuotaChange[] = []
    const answers = entries.map(({ entity, changes }): QuotaProblem | null => {
      const whole = changes.map((change) => ({ entity, ...change }))
      const why = whyBadEntity(entity) ?? firstOf(whole, whyBadChange)
      if (why) return invalid(why)
      if (seen.has(entityKey(entity))) return invalid("The entity is in the request more than once")
      seen.add(entityKey(entity))
      good.push(...whole)
      return null
    })
    if (!validateOnly && good.length > 0) await this.#options.append(good)
    return answers
  }
}

function matchOf(type: number, match: string | null): FilterPart["match"] | string {
  if (type === matchTypes.exact) return match === null ? "An exact match needs a name." : { type: "exact", name: match }
  if (type !== matchTypes.default && type !== matchTypes.any)
    return `Unknown match type ${type}; 0 (exact), 1 (default) and 2 (any) are known.`
  if (match !== null) return "A name is given, but the match is not exact."
  return { type: type === matchTypes.default ? "default" : "any" }
}

function firstOf<T>(items: readonly T[], why: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = why(item)
    if (found) return found
  }
  return undefined
}
