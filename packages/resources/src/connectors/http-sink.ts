import { z } from "zod"
import { defineConnector } from "./connector.ts"
import { httpEndpoint } from "./http-endpoint.ts"

export const httpSink = defineConnector({
  connector: "http",
  direction: "sink",
  description: "Sends records to an HTTP address.",
  schema: z.object(httpEndpoint("POST")),
})
