import { z } from "zod"
import { int } from "../kit/fields.ts"
import { defineConnector } from "./connector.ts"
import { httpEndpoint } from "./http-endpoint.ts"

const schema = z.object({
  ...httpEndpoint("GET"),
  pollIntervalMs: int(100, 86_400_000).describe("How often the address is asked.").default(10_000),
})

export const httpSource = defineConnector({
  connector: "http",
  direction: "source",
  description: "Asks an HTTP address again and again.",
  schema,
})
