import * as z from "zod/mini"
import { defineUrlState, flag, text, whole } from "../../url-state.ts"

export const messagesUrl = defineUrlState(
  {
    topic: text(),
    at: z.enum(["newest", "oldest", "offset", "time"]),
    /** null: all partitions. */
    partition: whole(),
    offset: whole(),
    time: whole(),
    tail: flag(),
    /** "partition:offset" of the record in the drawer. */
    record: z.string().check(z.regex(/^(\d{1,7}:\d{1,16})?$/)),
  },
  { topic: "", at: "newest", partition: null, offset: null, time: null, tail: false, record: "" },
)

export interface RecordId {
  partition: number
  offset: number
}

export function recordText({ partition, offset }: RecordId): string {
  return `${partition}:${offset}`
}

export function parseRecord(record: string): RecordId | null {
  const [partition, offset] = record.split(":")
  return partition && offset ? { partition: Number(partition), offset: Number(offset) } : null
}
