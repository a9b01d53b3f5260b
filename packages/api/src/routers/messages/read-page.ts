import type { ConsumedRecord, ReadAnswer, ReadPartition } from "@rivven/client"
import { ApiError } from "../../errors.ts"
import type { BrokerSource } from "../../sources/broker/broker-source.ts"
import { isOutage } from "../../sources/broker/outage.ts"
import type { Gap } from "./read-around.ts"

/** A page, newest first, and the ranges of offsets that it is complete for. */
export interface ReadPage {
  records: ConsumedRecord[]
  partitions: (ReadPartition & { fromOffset: number; toOffset: number })[]
  stoppedBy: ReadAnswer["stoppedBy"]
  /** Offsets whose batches cannot be read. */
  gaps: Gap[]
}

export async function ask(broker: BrokerSource, call: () => ReturnType<BrokerSource["client"]["readMessages"]>): Promise<ReadAnswer> {
  const answer = await broker.budget.run("user", 1, call)
  if (answer.ok) return answer.value
  const { code, message } = answer.error
  if (code === "UNKNOWN_TOPIC_OR_PARTITION") throw new ApiError("NOT_FOUND", message, { path: "topic" })
  if (code === "BAD_INPUT") throw new ApiError("BAD_INPUT", message)
  throw readFailed({ code, message })
}

export function readFailed({ code, message }: { code: string; message: string }): ApiError {
  const words = `the messages could not be read: ${message}`
  if (code === "TIMEOUT") return new ApiError("SOURCE_TIMEOUT", words)
  return new ApiError(isOutage(code) ? "SOURCE_FAILED" : "BROKER_FAILED", words)
}
