// What whoever asks may do to a resource, as the bit field that Metadata and its like carry (KIP-430).
import type { Operation, ResourceType } from "../security/access.ts"
import { operationCodes } from "../security/acl-rule.ts"
import type { RequestContext } from "./define-handler.ts"

/** Kafka's default: nobody asked for them. */
export const operationsNotAsked = -2_147_483_648

/** What can be done to a resource of the type at all. */
const supported = {
  TOPIC: ["READ", "WRITE", "CREATE", "DELETE", "ALTER", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"],
  GROUP: ["READ", "DELETE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"],
  CLUSTER: ["CREATE", "ALTER", "DESCRIBE", "CLUSTER_ACTION", "DESCRIBE_CONFIGS", "ALTER_CONFIGS", "IDEMPOTENT_WRITE"],
  TRANSACTIONAL_ID: ["WRITE", "DESCRIBE", "TWO_PHASE_COMMIT"],
  DELEGATION_TOKEN: ["DESCRIBE"],
  USER: ["CREATE_TOKENS", "DESCRIBE_TOKENS"],
} as const satisfies Record<ResourceType, readonly Operation[]>

export function authorizedOperations(
  { wouldAllow }: Pick<RequestContext, "wouldAllow">,
  resource: { readonly type: ResourceType; readonly name: string },
): number {
  let bits = 0
  for (const operation of supported[resource.type])
    if (wouldAllow(operation, resource.type, resource.name)) bits |= 1 << operationCodes[operation]
  return bits
}
