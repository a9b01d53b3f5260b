// Rules arranged for decisions: by type of resource, pattern, principal and host, down to two sets of operations. A decision looks up the
// literal name, `*`, and the name's beginnings in those lengths that prefixed rules have; how many rules there are does not matter to it.
import { type AclRule, allOperations, operationCodes, patternTypes, permissions, wildcard } from "./acl-rule.ts"

/** Sets of operations, one bit for each code. */
interface Grants {
  allowed: number
  denied: number
}

type ByHost = Map<string, Grants>
type ByPrincipal = Map<string, ByHost>

export interface Question {
  readonly resourceType: number
  readonly name: string
  readonly operation: number
  readonly principal: string
  readonly host: string
}

/** `silent`: there are rules for the resource, none of them for this question. `unruled`: there is none for the resource at all. */
export type Verdict = "allowed" | "denied" | "silent" | "unruled"

export const everybody = "User:*"

const bit = (operation: number): number => 1 << operation
const bits = (...operations: number[]): number => operations.reduce((set, operation) => set | bit(operation), 0)
const { READ, WRITE, DELETE, ALTER, DESCRIBE, ALTER_CONFIGS, DESCRIBE_CONFIGS } = operationCodes

/** What an ALLOW rule may say to allow the operation. A DENY rule denies what it says and no more. */
const allowedBy = new Map<number, number>([
  [DESCRIBE, bits(allOperations, DESCRIBE, READ, WRITE, DELETE, ALTER)],
  [DESCRIBE_CONFIGS, bits(allOperations, DESCRIBE_CONFIGS, ALTER_CONFIGS)],
])

export class AclIndex {
  readonly #byType = new Map<number, RulesOfType>()

  add(rule: AclRule): void {
    let ofType = this.#byType.get(rule.resourceType)
    if (!ofType) {
      ofType = new RulesOfType()
      this.#byType.set(rule.resourceType, ofType)
    }
    ofType.add(rule)
  }

  remove(rule: AclRule): void {
    this.#byType.get(rule.resourceType)?.remove(rule)
  }

  decide(question: Question): Verdict {
    return this.#byType.get(question.resourceType)?.decide(question) ?? "unruled"
  }

  /** The rules of one type that name this principal. */
  of(resourceType: number, principal: string): Iterable<AclRule> {
    return this.#byType.get(resourceType)?.of(principal) ?? []
  }
}

class RulesOfType {
  readonly #literal = new Map<string, ByPrincipal>()
  readonly #prefixed = new Map<string, ByPrincipal>()
  /** How many prefixes have this length. */
  readonly #lengths = new Map<number, number>()
  readonly #byPrincipal = new Map<string, Set<AclRule>>()

  add(rule: AclRule): void {
    const patterns = this.#patternsOf(rule)
    let byPrincipal = patterns.get(rule.resourceName)
    if (!byPrincipal) {
      byPrincipal = new Map()
      patterns.set(rule.resourceName, byPrincipal)
      if (patterns === this.#prefixed) this.#count(rule.resourceName.length, 1)
    }
    const grants = grantsOf(byPrincipal, rule)
    if (rule.permissionType === permissions.allow) grants.allowed |= bit(rule.operation)
    else grants.denied |= bit(rule.operation)
    const ofPrincipal = this.#byPrincipal.get(rule.principal) ?? new Set()
    this.#byPrincipal.set(rule.principal, ofPrincipal.add(rule))
  }

  remove(rule: AclRule): void {
    this.#forget(rule)
    const patterns = this.#patternsOf(rule)
    const byPrincipal = patterns.get(rule.resourceName)
    const byHost = byPrincipal?.get(rule.principal)
    const grants = byHost?.get(canonicalHost(rule.host))
    if (!byPrincipal || !byHost || !grants) return
    if (rule.permissionType === permissions.allow) grants.allowed &= ~bit(rule.operation)
    else grants.denied &= ~bit(rule.operation)
    if (grants.allowed === 0 && grants.denied === 0) byHost.delete(canonicalHost(rule.host))
    if (byHost.size === 0) byPrincipal.delete(rule.principal)
    if (byPrincipal.size > 0) return
    patterns.delete(rule.resourceName)
    if (patterns === this.#prefixed) this.#count(rule.resourceName.length, -1)
  }

  of(principal: string): Iterable<AclRule> {
    return this.#byPrincipal.get(principal) ?? []
  }

  decide(question: Question): Verdict {
    const { name, operation } = question
    const found: Grants = { allowed: 0, denied: 0 }
    let isRuled = collect(this.#literal.get(name), question, found)
    isRuled = collect(this.#literal.get(wildcard), question, found) || isRuled
    for (const length of this.#lengths.keys())
      if (length <= name.length) isRuled = collect(this.#prefixed.get(name.slice(0, length)), question, found) || isRuled
    if ((found.denied & bits(operation, allOperations)) !== 0) return "denied"
    if ((found.allowed & (allowedBy.get(operation) ?? bits(operation, allOperations))) !== 0) return "allowed"
    return isRuled ? "silent" : "unruled"
  }

  #patternsOf(rule: AclRule): Map<string, ByPrincipal> {
    return rule.patternType === patternTypes.prefixed ? this.#prefixed : this.#literal
  }

  #count(length: number, change: 1 | -1): void {
    const count = (this.#lengths.get(length) ?? 0) + change
    if (count === 0) this.#lengths.delete(length)
    else this.#lengths.set(length, count)
  }

  #forget(rule: AclRule): void {
    const ofPrincipal = this.#byPrincipal.get(rule.principal)
    ofPrincipal?.delete(rule)
    if (ofPrincipal?.size === 0) this.#byPrincipal.delete(rule.principal)
  }
}

function grantsOf(byPrincipal: ByPrincipal, rule: AclRule): Grants {
  const byHost = byPrincipal.get(rule.principal) ?? new Map<string, Grants>()
  byPrincipal.set(rule.principal, byHost)
  const host = canonicalHost(rule.host)
  const grants = byHost.get(host) ?? { allowed: 0, denied: 0 }
  byHost.set(host, grants)
  return grants
}

/** Adds what a pattern's rules say to the question; false when there is no such pattern. */
function collect(byPrincipal: ByPrincipal | undefined, { principal, host }: Question, into: Grants): boolean {
  if (!byPrincipal) return false
  for (const who of [principal, everybody]) {
    const byHost = byPrincipal.get(who)
    if (!byHost) continue
    for (const grants of [byHost.get(host), byHost.get(wildcard)]) {
      into.allowed |= grants?.allowed ?? 0
      into.denied |= grants?.denied ?? 0
    }
  }
  return true
}

/** One text for each address: IPv6 has many, and Java prints another one than Node. */
export function canonicalHost(host: string): string {
  if (!host.includes(":")) return host
  const url = `http://[${host}]`
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : host
}
