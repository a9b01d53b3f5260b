import type { ErrorName } from "@rivven/protocol"
import type { Refused } from "../log/model.ts"

/** An expected failure: Kafka's name for the code, and a sentence for people. */
export const refuse = (error: ErrorName, message: string): Refused => ({ ok: false, error, message })
