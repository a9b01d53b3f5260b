// What this broker serves; an unknown version is answered by the dispatcher in the format of 0 with error 35. 3 brings the client's name and
// the features, each only as far as its requests are served.
import { errorCode } from "@rivven/protocol"
import { ApiVersions, ConsumerGroupHeartbeat, EndTxn } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import type { AdvertisedApi } from "../services.ts"

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/
const firstVersionWithSoftware = 3
/** Kafka's number of the format of 4.0-IV3, the last one whose records this metadata log can hold. */
const metadataVersion = 25
const firstEndTxnThatBumps = 5

export default defineHandler(ApiVersions, {
  versions: [0, 4],
  omits: ["updates of features"],
  handle({ clientSoftwareName: name, clientSoftwareVersion: version }, context) {
    if (context.apiVersion >= firstVersionWithSoftware) {
      if (!softwareName.test(name) || !softwareName.test(version)) return { errorCode: errorCode("INVALID_REQUEST"), apiKeys: [] }
      context.peer.software = { name, version }
    }
    const features = featuresOf(context.advertised)
    return {
      errorCode: 0,
      apiKeys: context.advertised,
      supportedFeatures: features.map((feature) => ({ name: feature.name, minVersion: feature.min, maxVersion: feature.max })),
      finalizedFeaturesEpoch: 0,
      finalizedFeatures: features.map((feature) => ({ name: feature.name, minVersionLevel: feature.max, maxVersionLevel: feature.max })),
    }
  },
})

function featuresOf(advertised: readonly AdvertisedApi[]) {
  const last = (key: number) => advertised.find(({ apiKey }) => apiKey === key)?.maxVersion ?? -1
  return [
    { name: "metadata.version", min: metadataVersion, max: metadataVersion },
    ...(last(EndTxn.key) >= firstEndTxnThatBumps ? [{ name: "transaction.version", min: 1, max: 2 }] : []),
    ...(last(ConsumerGroupHeartbeat.key) >= 0 ? [{ name: "group.version", min: 1, max: 1 }] : []),
  ]
}
