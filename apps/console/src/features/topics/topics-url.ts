import * as z from "zod/mini"
import { defineUrlState, flag, text, words } from "../../url-state.ts"

export const topicsUrl = defineUrlState(
  {
    q: text(),
    view: z.enum(["all", "problems", "unmanaged"]),
    sort: z.enum([
      "problems",
      ...both("name"),
      ...both("partitions"),
      ...both("replicationFactor"),
      ...both("bytesInPerSecond"),
      ...both("recordsInPerSecond"),
      ...both("sizeBytes"),
      ...both("retentionMs"),
      ...both("lagSeconds"),
      ...both("managedBy"),
    ]),
    columns: words(),
    internal: flag(),
  },
  { q: "", view: "all", sort: "problems", columns: [], internal: false },
)

function both<T extends string>(by: T): readonly [T, `-${T}`] {
  return [by, `-${by}`]
}

export const topicTabs = ["partitions", "configs", "messages", "consumers", "yaml", "events"] as const

export const topicUrl = defineUrlState({ topic: text(), tab: z.enum(topicTabs) }, { topic: "", tab: "partitions" })
