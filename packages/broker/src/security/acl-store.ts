// The access rules that admins have stored, as the metadata log says. Part of the catalog.
import { AclIndex } from "./acl-index.ts"
import { type AclFilter, type AclRule, matches, ruleKey } from "./acl-rule.ts"

export interface StoredRule {
  readonly id: string
  readonly rule: AclRule
}

export class AclStore {
  readonly index = new AclIndex()
  readonly #byId = new Map<string, AclRule>()
  readonly #idByKey = new Map<string, string>()

  get size(): number {
    return this.#byId.size
  }

  put(id: string, rule: AclRule): void {
    if (this.#idByKey.has(ruleKey(rule))) return
    this.#byId.set(id, rule)
    this.#idByKey.set(ruleKey(rule), id)
    this.index.add(rule)
  }

  remove(id: string): void {
    const rule = this.#byId.get(id)
    if (!rule) return
    this.#byId.delete(id)
    this.#idByKey.delete(ruleKey(rule))
    this.index.remove(rule)
  }

  has(rule: AclRule): boolean {
    return this.#idByKey.has(ruleKey(rule))
  }

  find(filter: AclFilter): StoredRule[] {
    const found: StoredRule[] = []
    for (const [id, rule] of this.#byId) if (matches(filter, rule)) found.push({ id, rule })
    return found
  }
}
