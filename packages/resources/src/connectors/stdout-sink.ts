import { z } from "zod"
import { defineConnector } from "./connector.ts"

export const stdoutSink = defineConnector({
  connector: "stdout",
  direction: "sink",
  description: "Prints records to the log of the worker.",
  schema: z.object({}),
})
