// Stores and removes access rules. A rule is durable before it has an effect, and has it before the answer. One change after the other, so
// that two of them cannot both believe that they are the first.
import type { ErrorName } from "@rivven/protocol"
import type { Random } from "../ports.ts"
import { type AclFilter, type AclRule, ruleKey, whyBadFilter, whyBadRule } from "./acl-rule.ts"
import type { AclStore, StoredRule } from "./acl-store.ts"

export interface AclProblem {
  readonly error: ErrorName
  readonly message: string
}

export interface AclDeletion {
  readonly problem: AclProblem | null
  readonly rules: readonly AclRule[]
}

export type AclChange =
  | { readonly type: "acl"; readonly id: string; readonly rule: AclRule }
  | { readonly type: "removeAcl"; readonly id: string }

export interface AclAdminOptions {
  readonly store: AclStore
  readonly random: Random
  /** Makes changes durable, then applies them to the store. */
  readonly append: (changes: readonly AclChange[]) => Promise<void>
}

/** Kafka's bound of one request. */
const maxChanges = 10_000
const changesPerBatch = 1_000
const tooMany: AclProblem = { error: "POLICY_VIOLATION", message: `Unable to perform an operation on more than ${maxChanges} rules` }

export class AclAdmin {
  readonly #options: AclAdminOptions
  readonly #listeners = new Set<() => void>()
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: AclAdminOptions) {
    this.#options = options
  }

  /** Rules have changed: whoever waits with what they allowed looks again. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Rules that match; a problem when the filter makes no sense. */
  find(filter: AclFilter): readonly AclRule[] | AclProblem {
    const why = whyBadFilter(filter)
    if (why) return { error: "INVALID_REQUEST", message: why }
    return this.#options.store.find(filter).map(({ rule }) => rule)
  }

  /** One answer for each rule, null when it is in force. A rule that exists already is no mistake. */
  create(rules: readonly AclRule[]): Promise<(AclProblem | null)[]> {
    return this.#inOrder(() => this.#create(rules))
  }

  /** One answer for each filter. A rule that two filters match is in both answers. */
  delete(filters: readonly AclFilter[]): Promise<AclDeletion[]> {
    return this.#inOrder(() => this.#delete(filters))
  }

  async #create(rules: readonly AclRule[]): Promise<(AclProblem | null)[]> {
    if (rules.length > maxChanges) return rules.map(() => tooMany)
    const { store, random } = this.#options
    const added = new Map<string, AclRule>()
    const answers = rules.map((rule): AclProblem | null => {
      const why = whyBadRule(rule)
      if (why) return { error: "INVALID_REQUEST", message: why }
      if (!store.has(rule)) added.set(ruleKey(rule), rule)
      return null
    })
    await this.#change([...added.values()].map((rule) => ({ type: "acl", id: Buffer.from(random.bytes(16)).toString("base64url"), rule })))
    return answers
  }

  async #delete(filters: readonly AclFilter[]): Promise<AclDeletion[]> {
    const { store } = this.#options
    const removed = new Map<string, StoredRule>()
    const answers = filters.map((filter): AclDeletion => {
      const why = whyBadFilter(filter)
      if (why) return { problem: { error: "INVALID_REQUEST", message: why }, rules: [] }
      const found = store.find(filter)
      for (const stored of found) removed.set(stored.id, stored)
      return { problem: null, rules: found.map(({ rule }) => rule) }
    })
    if (removed.size > maxChanges) return filters.map(() => ({ problem: tooMany, rules: [] }))
    await this.#change([...removed.keys()].map((id) => ({ type: "removeAcl", id })))
    return answers
  }

  async #change(changes: readonly AclChange[]): Promise<void> {
    for (let at = 0; at < changes.length; at += changesPerBatch) await this.#options.append(changes.slice(at, at + changesPerBatch))
    if (changes.length > 0) for (const listener of this.#listeners) listener()
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work, work)
    this.#tail = result
    return result
  }
}
