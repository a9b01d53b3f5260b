// Whom a quota is for and what it limits, in Kafka's words: a user, a client id, both together, or an address; null as a name stands for
// everybody of the kind who has no quota of their own. Pure.

export interface EntityPart {
  readonly entityType: string
  readonly entityName: string | null
}

export type Entity = readonly EntityPart[]

export interface QuotaChange {
  readonly entity: Entity
  readonly key: string
  readonly value: number
  readonly remove: boolean
}

export const entityTypes = { user: "user", client: "client-id", ip: "ip" } as const
const knownTypes: readonly string[] = Object.values(entityTypes)

export const quotaKeys = {
  produce: "producer_byte_rate",
  fetch: "consumer_byte_rate",
  request: "request_percentage",
  mutation: "controller_mutation_rate",
} as const
export type QuotaKind = keyof typeof quotaKeys

export const connectionRateKey = "connection_creation_rate"

/** The largest value; a fraction only where Kafka takes one. */
const ofClients = new Map([
  [quotaKeys.produce, { max: Number.MAX_SAFE_INTEGER, isWhole: true }],
  [quotaKeys.fetch, { max: Number.MAX_SAFE_INTEGER, isWhole: true }],
  [quotaKeys.request, { max: Number.MAX_VALUE, isWhole: false }],
  [quotaKeys.mutation, { max: Number.MAX_VALUE, isWhole: false }],
] as readonly (readonly [string, { readonly max: number; readonly isWhole: boolean }])[])
const ofAddresses = new Map([[connectionRateKey as string, { max: 2_147_483_647, isWhole: true }]])

/** The same for the same parts in any order. */
export function entityKey(entity: Entity): string {
  const parts = entity.map(({ entityType, entityName }) => [entityType, entityName] as const)
  return JSON.stringify(parts.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Why nothing can have quotas that is described so; undefined when it can. */
export function whyBadEntity(entity: Entity): string | undefined {
  if (entity.length === 0) return "Invalid empty client quota entity"
  const types = entity.map(({ entityType }) => entityType)
  for (const { entityType, entityName } of entity) {
    if (!knownTypes.includes(entityType)) return `Unhandled client quota entity type: ${entityType}; ${knownTypes.join(", ")} are known`
    if (entityName === "") return `Empty ${entityType} not supported; null stands for the default`
    if (entityType === entityTypes.ip && entityName !== null && !isAddress(entityName)) return `${entityName} is not an IP address`
  }
  if (new Set(types).size < types.length) return "Invalid client quota entity, duplicate entity type"
  return whyBadTypes(types)
}

export function whyBadTypes(types: readonly string[]): string | undefined {
  const isMixed = types.includes(entityTypes.ip) && types.length > 1
  return isMixed ? "Invalid quota entity combination, IP entity should not be combined with User or ClientId" : undefined
}

/** Of an entity that is good. */
export function whyBadChange({ entity, key, value, remove }: QuotaChange): string | undefined {
  const isAddressQuota = entity.some(({ entityType }) => entityType === entityTypes.ip)
  const known = isAddressQuota ? ofAddresses : ofClients
  const rule = known.get(key)
  if (!rule) return `Invalid configuration key ${key}; ${[...known.keys()].join(", ")} are accepted here`
  if (remove) return undefined
  if (!(value > 0)) return `Quota ${key} must be greater than 0`
  if (value > rule.max) return `Quota ${key} must not be greater than ${rule.max}`
  return rule.isWhole && Math.abs(value - Math.trunc(value)) > 1e-6 ? `Quota ${key} cannot be a fractional value` : undefined
}

function isAddress(text: string): boolean {
  if (text.includes(":")) return URL.canParse(`http://[${text}]`)
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((part) => Number(part) <= 255)
}
