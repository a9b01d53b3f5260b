// Which resources have configs at all, and why the others have none: what the requests about configs have in common.
import type { Refused } from "../log/model.ts"
import { resourceTypes } from "./catalog.ts"
import { refuse } from "./refusal.ts"

export interface ConfigResource {
  readonly resourceType: number
  readonly resourceName: string
}

/** Says of each resource of a request why it cannot be changed: it may appear once, as the meaning of an order of changes is not said. */
export function repetitions(resources: readonly ConfigResource[]): (resource: ConfigResource) => Refused | undefined {
  const key = ({ resourceType, resourceName }: ConfigResource) => `${resourceType}/${resourceName}`
  const [seen, repeated] = [new Set<string>(), new Set<string>()]
  for (const name of resources.map(key)) (seen.has(name) ? repeated : seen).add(name)
  return (resource) => (repeated.has(key(resource)) ? refuse("INVALID_REQUEST", "Each resource must appear at most once.") : undefined)
}

/** Of resources that Kafka has and this broker has not, and of types that nobody has. */
export function whyNoConfigs(resourceType: number): Refused {
  if (resourceType === resourceTypes.brokerLogger)
    return refuse(
      "INVALID_REQUEST",
      "Broker loggers (8) have no levels that clients can see or change; logging is set when the node starts",
    )
  if (resourceType === resourceTypes.clientMetrics)
    return refuse("INVALID_REQUEST", "Client metrics (16) are not collected by this broker, so there are no subscriptions to configure")
  return refuse("INVALID_REQUEST", `Resource type ${resourceType} has no configs here; topics (2), brokers (4) and groups (32) have`)
}

/** Every group can have configs, also one that does not exist yet; there are none for all groups. */
export function whyBadGroupName(name: string): Refused | undefined {
  return name === "" ? refuse("INVALID_REQUEST", "A group's name cannot be empty; the configs of all groups are the broker's") : undefined
}
