// One access rule and the filters that look for rules, in Kafka's words and numbers. Pure.
import type { Operation, ResourceType } from "./access.ts"

/** Kafka's numbers; 0 is a word that the other side does not know, 1 stands for any. */
export const resourceTypeCodes = {
  TOPIC: 2,
  GROUP: 3,
  CLUSTER: 4,
  TRANSACTIONAL_ID: 5,
  DELEGATION_TOKEN: 6,
  USER: 7,
} as const satisfies Record<ResourceType, number>

export const operationCodes = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
  CREATE_TOKENS: 13,
  DESCRIBE_TOKENS: 14,
  TWO_PHASE_COMMIT: 15,
} as const satisfies Record<Operation, number>

export const anyCode = 1
export const allOperations = 2
export const patternTypes = { match: 2, literal: 3, prefixed: 4 } as const
export const permissions = { deny: 2, allow: 3 } as const
/** As the name of a literal resource, as a host, and as `User:*`. */
export const wildcard = "*"

export interface AclRule {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  /** `User:alice`; `User:*` is everybody. */
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

/** Null and 1 (ANY) match everything. */
export interface AclFilter {
  readonly resourceType: number
  readonly resourceName: string | null
  readonly patternType: number
  readonly principal: string | null
  readonly host: string | null
  readonly operation: number
  readonly permissionType: number
}

const within = (code: number, first: number, last: number): boolean => code >= first && code <= last

/** Why the rule cannot be stored, as a sentence; undefined when it can. */
export function whyBadRule(rule: AclRule): string | undefined {
  if (!within(rule.resourceType, resourceTypeCodes.TOPIC, resourceTypeCodes.USER))
    return `Invalid resourceType ${rule.resourceType}; 2 (TOPIC) to 7 (USER) are accepted`
  if (!within(rule.patternType, patternTypes.literal, patternTypes.prefixed))
    return `Invalid patternType ${rule.patternType}; 3 (LITERAL) and 4 (PREFIXED) are accepted`
  if (!within(rule.operation, allOperations, operationCodes.TWO_PHASE_COMMIT))
    return `Invalid operation ${rule.operation}; 2 (ALL) to 15 (TWO_PHASE_COMMIT) are accepted`
  if (!within(rule.permissionType, permissions.deny, permissions.allow))
    return `Invalid permissionType ${rule.permissionType}; 2 (DENY) and 3 (ALLOW) are accepted`
  return whyBadNames(rule)
}

function whyBadNames({ resourceType, resourceName, principal, host }: AclRule): string | undefined {
  if (resourceName === "") return "Resource name should not be empty"
  if (resourceType === resourceTypeCodes.CLUSTER && resourceName !== "kafka-cluster")
    return "The only valid name for the CLUSTER resource is kafka-cluster"
  if (!/^[^:]+:/.test(principal)) return "The principal needs a type and a name with a colon between them, for example User:alice"
  if (host === "") return "The host should not be empty; * stands for every host"
  return undefined
}

/** Why nothing can be looked for with this filter; undefined when it can. */
export function whyBadFilter(filter: AclFilter): string | undefined {
  if (!within(filter.resourceType, anyCode, resourceTypeCodes.USER))
    return `Invalid resourceType ${filter.resourceType}; 1 (ANY) to 7 (USER) are accepted`
  if (!within(filter.patternType, anyCode, patternTypes.prefixed))
    return `Invalid patternType ${filter.patternType}; 1 (ANY), 2 (MATCH), 3 (LITERAL) and 4 (PREFIXED) are accepted`
  if (!within(filter.operation, anyCode, operationCodes.TWO_PHASE_COMMIT))
    return `Invalid operation ${filter.operation}; 1 (ANY) to 15 (TWO_PHASE_COMMIT) are accepted`
  if (!within(filter.permissionType, anyCode, permissions.allow))
    return `Invalid permissionType ${filter.permissionType}; 1 (ANY), 2 (DENY) and 3 (ALLOW) are accepted`
  return undefined
}

export function matches(filter: AclFilter, rule: AclRule): boolean {
  return (
    (filter.resourceType === anyCode || filter.resourceType === rule.resourceType) &&
    (filter.operation === anyCode || filter.operation === rule.operation) &&
    (filter.permissionType === anyCode || filter.permissionType === rule.permissionType) &&
    (filter.principal === null || filter.principal === rule.principal) &&
    (filter.host === null || filter.host === rule.host) &&
    matchesPattern(filter, rule)
  )
}

/** ANY and a pattern type compare names as they are; MATCH finds what has an effect on the named resource. */
function matchesPattern({ resourceName: name, patternType }: AclFilter, rule: AclRule): boolean {
  if (patternType !== anyCode && patternType !== patternTypes.match && patternType !== rule.patternType) return false
  if (name === null) return true
  if (patternType !== patternTypes.match) return name === rule.resourceName
  if (rule.patternType === patternTypes.prefixed) return name.startsWith(rule.resourceName)
  return name === rule.resourceName || rule.resourceName === wildcard
}

/** Two rules with the same key are one. */
export function ruleKey(rule: AclRule): string {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = rule
  return JSON.stringify([resourceType, patternType, operation, permissionType, resourceName, principal, host])
}
