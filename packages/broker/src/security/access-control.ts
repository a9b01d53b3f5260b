// Wires who may do what: the rules in the catalog, who changes them, and the authorizer, if there is one. Decides nothing about requests.
import { quote } from "../config.ts"
import { BrokerError } from "../errors.ts"
import type { Metrics } from "../metrics.ts"
import type { Random } from "../ports.ts"
import type { Authorizer } from "./access.ts"
import { AclAdmin, type AclChange } from "./acl-admin.ts"
import { AclAuthorizer, type AuthorizerSettings } from "./acl-authorizer.ts"
import type { AclStore } from "./acl-store.ts"
import { anonymous } from "./principal.ts"

export interface AccessOptions {
  /** Undefined: everybody may do everything. */
  readonly settings: AuthorizerSettings | undefined
  readonly store: AclStore
  readonly random: Random
  readonly append: (changes: readonly AclChange[]) => Promise<void>
  readonly metrics: Metrics
}

export function openAccess({ settings, store, random, append, metrics }: AccessOptions): {
  readonly authorizer: Authorizer | null
  readonly acls: AclAdmin
} {
  const acls = new AclAdmin({ store, random, append })
  if (!settings) return { authorizer: null, acls }
  checkAuthorizer(settings)
  const onDenied = (operation: string, resource: string) => metrics.onDenied(operation, resource)
  return { authorizer: new AclAuthorizer({ settings, rules: store.index, onDenied }), acls }
}

/** Throws CONFIG_INVALID, naming the field. */
function checkAuthorizer({ superUsers }: AuthorizerSettings): void {
  const refuse = (why: string): never => {
    throw new BrokerError("CONFIG_INVALID", `authorizer.superUsers: ${why}`, { path: "/authorizer/superUsers" })
  }
  if (superUsers.length === 0) refuse("at least one user is needed, else nobody could store the first rule")
  for (const name of superUsers) {
    if (name === "" || name === "*" || name === anonymous.name) refuse(`${quote(name)} is nobody in particular and cannot be a super user`)
    if (name.startsWith("User:")) refuse(`${quote(name)}: the name alone is expected, ${quote(name.slice("User:".length))}`)
  }
}
