/** Access rules (DescribeAcls 29, CreateAcls 30, DeleteAcls 31). Words instead of Kafka's numbers; what a filter leaves out matches all. */
import { CreateAcls, DeleteAcls, DescribeAcls } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { at, brokerFailed, failed, ok, type Result } from "../errors.ts"
import { retry } from "../retry.ts"
import { answerOf, callItems } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

const resourceTypes = { topic: 2, group: 3, cluster: 4, "transactional-id": 5, "delegation-token": 6, user: 7 } as const
const patternTypes = { literal: 3, prefixed: 4 } as const
const operations = {
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  "cluster-action": 9,
  "describe-configs": 10,
  "alter-configs": 11,
  "idempotent-write": 12,
  "create-tokens": 13,
  "describe-tokens": 14,
  "two-phase-commit": 15,
} as const
const permissions = { deny: 2, allow: 3 } as const
const any = 1
/** Literal rules of the name, prefixes of it, and those for all names. */
const matching = 2

export type AclRule = {
  resourceType: keyof typeof resourceTypes
  /** `*` with a literal pattern is every name; the cluster's name is `kafka-cluster`. */
  resourceName: string
  patternType: keyof typeof patternTypes
  /** `User:name`; `User:*` is everybody. */
  principal: string
  /** An address, or `*`. */
  host: string
  operation: keyof typeof operations
  permission: keyof typeof permissions
}

/** `match` finds every rule that has a say about the name. */
export type AclFilter = Partial<Omit<AclRule, "patternType"> & { patternType: AclRule["patternType"] | "match" }>

type WireRule = {
  resourceType: number
  resourceName: string
  patternType: number
  principal: string
  host: string
  operation: number
  permissionType: number
}

export class AclsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** SECURITY_DISABLED where the cluster has no access rules at all. */
  list(filter: AclFilter = {}, options: CallTimeout = {}): Promise<Result<AclRule[]>> {
    const policy = this.#cluster.policy(options.timeoutMs)
    return retry(async () => {
      const timeoutMs = policy.deadline.share(this.#cluster.config.requestTimeoutMs)
      const answer = await this.#cluster.call(DescribeAcls, wireFilter(filter), { route: { to: "any" }, timeoutMs, minVersion: 1 })
      if (!answer.ok) return answer
      const { errorCode, errorMessage, resources } = answer.value
      if (errorCode !== 0) return brokerFailed(errorCode, errorMessage)
      return readRules(resources.flatMap(({ acls, ...resource }) => acls.map((acl) => ({ ...resource, ...acl }))))
    }, policy)
  }

  /** One result per rule, in order. A rule that is there already is no error. */
  create(rules: readonly AclRule[], options: CallTimeout = {}): Promise<Result<void>[]> {
    return callItems(this.#cluster, { items: rules, ...options }, async (open, timeoutMs) => {
      const creations = open.map((rule) => ({
        resourceType: resourceTypes[rule.resourceType],
        resourceName: rule.resourceName,
        resourcePatternType: patternTypes[rule.patternType],
        principal: rule.principal,
        host: rule.host,
        operation: operations[rule.operation],
        permissionType: permissions[rule.permission],
      }))
      const answer = await this.#cluster.call(CreateAcls, { creations }, { route: { to: "controller" }, timeoutMs, minVersion: 1 })
      if (!answer.ok) return open.map(() => answer)
      return open.map((_, index) => answerOf(answer.value.results[index], () => undefined))
    })
  }

  /** One result per filter, in order: the rules that are gone. A filter without a field removes every rule. */
  delete(filters: readonly AclFilter[], options: CallTimeout = {}): Promise<Result<AclRule[]>[]> {
    return callItems(this.#cluster, { items: filters, ...options }, async (open, timeoutMs) => {
      const body = { filters: open.map(wireFilter) }
      const answer = await this.#cluster.call(DeleteAcls, body, { route: { to: "controller" }, timeoutMs, minVersion: 1 })
      if (!answer.ok) return open.map(() => answer)
      return open.map((_, index) => {
        const found = answerOf(answer.value.filterResults[index], ({ matchingAcls }) => matchingAcls)
        if (!found.ok) return found
        const kept = found.value.find(({ errorCode }) => errorCode !== 0)
        return kept === undefined ? readRules(found.value) : brokerFailed(kept.errorCode, kept.errorMessage)
      })
    })
  }
}

function wireFilter(filter: AclFilter) {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = filter
  return {
    resourceTypeFilter: resourceType === undefined ? any : resourceTypes[resourceType],
    resourceNameFilter: resourceName ?? null,
    patternTypeFilter: patternType === undefined ? any : patternType === "match" ? matching : patternTypes[patternType],
    principalFilter: principal ?? null,
    hostFilter: host ?? null,
    operation: operation === undefined ? any : operations[operation],
    permissionType: permission === undefined ? any : permissions[permission],
  }
}

function readRules(rules: readonly WireRule[]): Result<AclRule[]> {
  const read: AclRule[] = []
  for (const [index, { resourceName, principal, host, ...codes }] of rules.entries()) {
    const resourceType = wordOf(resourceTypes, codes.resourceType)
    const patternType = wordOf(patternTypes, codes.patternType)
    const operation = wordOf(operations, codes.operation)
    const permission = wordOf(permissions, codes.permissionType)
    // Leaving such a rule out would make access look wider or narrower than it is.
    if (resourceType === null || patternType === null || operation === null || permission === null)
      return at(failed("BAD_ANSWER", `the broker has a rule for ${resourceName} that this client does not understand`), `/${index}`)
    read.push({ resourceType, resourceName, patternType, principal, host, operation, permission })
  }
  return ok(read)
}

function wordOf<W extends string>(words: Readonly<Record<W, number>>, code: number): W | null {
  return (Object.keys(words) as W[]).find((word) => words[word] === code) ?? null
}
