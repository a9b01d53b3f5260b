// Asks a broker, ours or another one, as `alice`, while `root` sets rules: whether a use of an API is denied under exactly these rights.
import { errorName } from "@rivven/protocol"
import { apiByKey, DescribeAcls } from "@rivven/protocol/messages"
import type { AccessUse } from "./access-table.ts"
import { type OracleRule, oracleAllows } from "./acl-oracle.ts"
import { errorsOf, filled } from "./filled.ts"
import { allow, ruleOf, withdraw } from "./secured.ts"
import type { Talk } from "./talk.ts"

export interface AccessProbeOptions {
  readonly root: Talk
  readonly alice: Talk
  /** The last version of an API, undefined when it is not served. */
  readonly lastVersion: (key: number) => number | undefined
  /** A broker that answers before a change is in force has to be asked until it is. */
  readonly waits?: boolean
}

const denials = ["TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID"].map((type) => `${type}_AUTHORIZATION_FAILED`)
const anything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}

export class AccessProbe {
  readonly #options: AccessProbeOptions

  constructor(options: AccessProbeOptions) {
    this.#options = options
  }

  /** Rights are written `READ TOPIC t`; they are gone afterwards. */
  async isDenied(use: AccessUse, rights: readonly string[]): Promise<boolean> {
    const { root } = this.#options
    const rules = rights.map((right) => `ALLOW ${right} to alice`)
    if (rules.length > 0) await allow(root, ...rules)
    await this.#settled(rules.length)
    const isDenied = await this.#isDenied(use)
    if (rules.length > 0) await withdraw(root, ...rules)
    await this.#settled(0)
    return isDenied
  }

  /** What a super user is denied. */
  async denialsOf(use: AccessUse): Promise<string[]> {
    return [...errorsOf(await this.#ask(this.#options.root, use))].filter((error) => denials.includes(error))
  }

  /** Whether alice is denied what she asks, or does not see what she might. */
  async #isDenied(use: AccessUse): Promise<boolean> {
    const { root, alice } = this.#options
    if (use.needs === "topic gone") await root.createTopic("gone")
    if (use.needs === "no topic made") await root.deleteTopic("made")
    const answer = await this.#ask(alice, use)
    if (use.shows !== undefined) return !JSON.stringify(answer, textOf).includes(`"${use.shows}"`)
    return [...errorsOf(answer)].some((error) => denials.includes(error))
  }

  async #ask(talk: Talk, { key, body, version }: AccessUse): Promise<unknown> {
    const api = apiByKey(key)
    const used = version ?? this.#options.lastVersion(key)
    if (!api || used === undefined) throw new Error(`API ${key} is not served`)
    return talk.wire.call(api, used, filled(api.request, body, used) as never)
  }

  async #settled(rules: number): Promise<void> {
    if (!this.#options.waits) return
    for (;;) {
      const { errorCode, resources } = await this.#options.root.wire.call(DescribeAcls, 3, { ...anything, principalFilter: "User:alice" })
      if (errorCode !== 0) throw new Error(errorName(errorCode))
      if (resources.reduce((sum, { acls }) => sum + acls.length, 0) === rules) return
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}

/** What the table of uses says, by the oracle. */
export function isDeniedByTable(use: AccessUse, rights: readonly string[]): boolean {
  const rules = rights.map((right): OracleRule => {
    const { resourceName: name } = ruleOf(`ALLOW ${right} to alice`)
    const [operation = "", type = ""] = right.split(" ")
    return { type, pattern: "LITERAL", name, principal: "User:alice", host: "*", operation, permission: "ALLOW" }
  })
  const has = (right: string) => {
    const [operation = "", type = "", name = ""] = right.split(" ")
    return oracleAllows({ rules, superUsers: [], allowsUnruled: false }, { user: "alice", host: "", operation, type, name })
  }
  return use.enough.length > 0 && !use.enough.some((enough) => enough.every(has))
}

/** JSON has no numbers of 64 bits. */
const textOf = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value)
