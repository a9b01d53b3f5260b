import { z } from "zod"
import { int, int64, text } from "../kit/fields.ts"
import { defineConnector } from "./connector.ts"

const schema = z.object({
  ratePerSecond: int(1, 1_000_000).describe("Records per second.").default(10),
  schema: text({ max: 64 }).describe("What the records look like.").optional(),
  maxRecords: int64(0).describe("Stops after so many records; never if absent.").optional(),
})

export const datagen = defineConnector({
  connector: "datagen",
  direction: "source",
  description: "Invents records, for demonstrations and load.",
  schema,
})
