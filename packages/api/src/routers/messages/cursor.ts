// Where a page of messages ended: per partition the offset to go on from.
import { z } from "zod"
import { ApiError } from "../../errors.ts"

const shape = z.object({
  /** Which way the next page goes. */
  to: z.enum(["older", "newer"]),
  /** Partition and offset: older pages end before it, newer ones begin at it. */
  at: z.array(z.tuple([z.int().min(0), z.int().min(0)])).max(1000),
})
export type MessageCursor = z.output<typeof shape>

export function writeCursor(cursor: MessageCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url")
}

export function readCursor(text: string): MessageCursor {
  const parsed = shape.safeParse(decode(text))
  if (!parsed.success) throw new ApiError("BAD_INPUT", "this cursor was not made here", { path: "from.cursor" })
  return parsed.data
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"))
  } catch {
    // Not JSON: the schema says so.
    return undefined
  }
}
