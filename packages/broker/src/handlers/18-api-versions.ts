// What this broker serves; an unknown version is answered by the dispatcher in the format of 0 with error 35. 3 brings the client's name.
// No features: nothing that Kafka announces as one exists here yet.
import { errorCode } from "@rivven/protocol"
import { ApiVersions } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/
const firstVersionWithSoftware = 3

export default defineHandler(ApiVersions, {
  versions: [0, 4],
  omits: ["features"],
  handle({ clientSoftwareName: name, clientSoftwareVersion: version }, context) {
    if (context.apiVersion >= firstVersionWithSoftware) {
      if (!softwareName.test(name) || !softwareName.test(version)) return { errorCode: errorCode("INVALID_REQUEST"), apiKeys: [] }
      context.peer.software = { name, version }
    }
    return { errorCode: 0, apiKeys: context.advertised }
  },
})
