// Whose permission the configs of a resource need: those of topics and groups their own, those of brokers and everything else the cluster's.
import type { ErrorName } from "@rivven/protocol"
import { clusterResource, denials } from "../security/access.ts"
import { resourceTypes } from "../topics/catalog.ts"
import type { RequestContext } from "./define-handler.ts"

interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/** Undefined when it may be done. */
export function whyConfigsDenied(
  operation: "DESCRIBE_CONFIGS" | "ALTER_CONFIGS",
  { resourceType, resourceName }: ConfigResource,
  { allows }: Pick<RequestContext, "allows">,
): { readonly ok: false; readonly error: ErrorName; readonly message: string } | undefined {
  const type = resourceType === resourceTypes.topic ? "TOPIC" : resourceType === resourceTypes.group ? "GROUP" : "CLUSTER"
  if (allows(operation, type, type === "CLUSTER" ? clusterResource : resourceName)) return undefined
  return { ok: false, error: denials[type], message: "Authorization failed." }
}
