// Every known config of topics, brokers and groups with value, source, type, synonyms and documentation. 1 sources and synonyms, 3 types and
// documentation. The broker named "" stands for the dynamic defaults of all brokers.
import { errorCode, type RequestOf, type ResponseInput } from "@rivven/protocol"
import { DescribeConfigs } from "@rivven/protocol/messages"
import { type ConfigType, quote } from "../config.ts"
import { whyConfigsDenied } from "../dispatch/config-access.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import type { Refused } from "../log/model.ts"
import { resourceTypes } from "../topics/catalog.ts"
import { whyBadGroupName, whyNoConfigs } from "../topics/config-resources.ts"
import { type ConfigEntry, configSources } from "../topics/config-store.ts"
import { refuse } from "../topics/refusal.ts"
import { whyBadTopicName } from "../topics/topic-name.ts"

type Request = RequestOf<typeof DescribeConfigs>
type Resource = Request["resources"][number]
type Result = ResponseInput<typeof DescribeConfigs>["results"][number]

const typeNumbers: Record<ConfigType, number> = { boolean: 1, string: 2, int: 3, short: 4, long: 5, double: 6, list: 7 }

export default defineHandler(DescribeConfigs, {
  versions: [0, 4],
  omits: ["broker loggers (8), client metrics (16)"],
  handle(request, context) {
    return { throttleTimeMs: 0, results: request.resources.map((resource) => describe(resource, request, context)) }
  },
})

function describe(resource: Resource, request: Request, context: RequestContext): Result {
  const { resourceType, resourceName, configurationKeys } = resource
  const entries = whyConfigsDenied("DESCRIBE_CONFIGS", resource, context) ?? entriesOf(resource, context)
  if ("ok" in entries) {
    context.countError(entries.error)
    return { errorCode: errorCode(entries.error), errorMessage: entries.message, resourceType, resourceName, configs: [] }
  }
  const wanted = configurationKeys === null || configurationKeys.length === 0 ? null : new Set(configurationKeys)
  const configs = entries
    .filter(({ definition }) => wanted === null || wanted.has(definition.name))
    .map((entry) => toWire(entry, request, context))
  return { errorCode: 0, errorMessage: null, resourceType, resourceName, configs }
}

function entriesOf({ resourceType, resourceName }: Resource, { configs, catalog, identity }: RequestContext): ConfigEntry[] | Refused {
  if (resourceType === resourceTypes.topic) {
    const topic = catalog.topic(resourceName)
    if (topic) return configs.topicEntries(topic)
    const why = whyBadTopicName(resourceName)
    return why
      ? refuse("INVALID_TOPIC_EXCEPTION", why)
      : refuse("UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(resourceName)} does not exist`)
  }
  if (resourceType === resourceTypes.group) return whyBadGroupName(resourceName) ?? configs.groupEntries(resourceName)
  if (resourceType !== resourceTypes.broker) return whyNoConfigs(resourceType)
  if (resourceName === "") return configs.defaultBrokerEntries()
  if (resourceName === String(identity.nodeId)) return configs.brokerEntries()
  return refuse("INVALID_REQUEST", `No broker is called ${quote(resourceName)}; the only one is ${identity.nodeId}`)
}

function toWire(
  { definition, value, source, synonyms }: ConfigEntry,
  { includeSynonyms, includeDocumentation }: Request,
  { apiVersion }: RequestContext,
) {
  return {
    name: definition.name,
    value,
    readOnly: definition.readOnly,
    isDefault: apiVersion === 0 && source === "default",
    configSource: configSources[source],
    isSensitive: false,
    synonyms: includeSynonyms ? synonyms.map((synonym) => ({ ...synonym, source: configSources[synonym.source] })) : [],
    configType: typeNumbers[definition.type],
    documentation: includeDocumentation ? definition.doc : null,
  }
}
