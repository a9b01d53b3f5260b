// Decides whether a request may do something: super users always, then what the rules say, denial first, and without a rule no. The words
// and their meaning are those of Kafka's StandardAuthorizer.
import type { Access, Authorizer, Operation, ResourceType, Subject } from "./access.ts"
import { type AclIndex, canonicalHost, everybody } from "./acl-index.ts"
import { type AclRule, allOperations, operationCodes, patternTypes, permissions, resourceTypeCodes, wildcard } from "./acl-rule.ts"

export interface AuthorizerSettings {
  /** Names of users that may do everything, whatever the rules say. */
  readonly superUsers: readonly string[]
  /** Everybody may do everything to a resource that no rule is about. */
  readonly allowsEveryoneIfNoAcl?: boolean
}

export interface AclAuthorizerOptions {
  readonly settings: AuthorizerSettings
  readonly rules: AclIndex
  readonly onDenied: (operation: Operation, resourceType: ResourceType) => void
}

export class AclAuthorizer implements Authorizer {
  readonly #rules: AclIndex
  readonly #superUsers: ReadonlySet<string>
  readonly #allowsUnruled: boolean
  readonly #onDenied: AclAuthorizerOptions["onDenied"]

  constructor({ settings, rules, onDenied }: AclAuthorizerOptions) {
    this.#rules = rules
    this.#superUsers = new Set(settings.superUsers)
    this.#allowsUnruled = settings.allowsEveryoneIfNoAcl ?? false
    this.#onDenied = onDenied
  }

  allows(subject: Subject, access: Access): boolean {
    const isAllowed = this.#decide(subject, access)
    if (!isAllowed) this.#onDenied(access.operation, access.resourceType)
    return isAllowed
  }

  wouldAllow(subject: Subject, access: Access): boolean {
    return this.#decide(subject, access)
  }

  allowsSome(subject: Subject, operation: Operation, resourceType: ResourceType): boolean {
    if (this.#superUsers.has(subject.principal.name)) return true
    const isAllowed =
      // Somebody who may do it to a name that no rule is about.
      this.#decide(subject, { operation, resourceType, name: "hardcode" }) || this.#someRuleAllows(subject, operation, resourceType)
    if (!isAllowed) this.#onDenied(operation, resourceType)
    return isAllowed
  }

  #decide({ principal, host }: Subject, { operation, resourceType, name }: Access): boolean {
    if (this.#superUsers.has(principal.name)) return true
    const verdict = this.#rules.decide({
      resourceType: resourceTypeCodes[resourceType],
      name,
      operation: operationCodes[operation],
      principal: `User:${principal.name}`,
      host: addressOf(host),
    })
    return verdict === "allowed" || (verdict === "unruled" && this.#allowsUnruled)
  }

  /** Whether an ALLOW is not wholly covered by DENY rules. */
  #someRuleAllows(subject: Subject, operation: Operation, resourceType: ResourceType): boolean {
    const allowed: AclRule[] = []
    const denied = { literal: new Set<string>(), prefixed: new Set<string>() }
    for (const rule of this.#relevant(subject, operation, resourceType)) {
      if (rule.permissionType === permissions.allow) allowed.push(rule)
      else (rule.patternType === patternTypes.prefixed ? denied.prefixed : denied.literal).add(rule.resourceName)
    }
    if (denied.literal.has(wildcard)) return false
    return allowed.some((rule) => {
      if (rule.patternType !== patternTypes.prefixed && rule.resourceName === wildcard) return true
      if (rule.patternType !== patternTypes.prefixed && denied.literal.has(rule.resourceName)) return false
      return !hasBeginning(rule.resourceName, denied.prefixed)
    })
  }

  *#relevant({ principal, host }: Subject, operation: Operation, resourceType: ResourceType): Generator<AclRule> {
    const address = addressOf(host)
    for (const who of [`User:${principal.name}`, everybody]) {
      for (const rule of this.#rules.of(resourceTypeCodes[resourceType], who)) {
        const isAbout = rule.operation === operationCodes[operation] || rule.operation === allOperations
        if (isAbout && (rule.host === wildcard || canonicalHost(rule.host) === address)) yield rule
      }
    }
  }
}

const addressOf = (host: string): string => (host.startsWith("/") ? host.slice(1) : host)

function hasBeginning(name: string, prefixes: ReadonlySet<string>): boolean {
  for (let length = 1; length <= name.length; length++) if (prefixes.has(name.slice(0, length))) return true
  return false
}
