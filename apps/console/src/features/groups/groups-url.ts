import * as z from "zod/mini"
import { defineUrlState, text, words } from "../../url-state.ts"

export const groupsUrl = defineUrlState(
  {
    q: text(),
    view: z.enum(["all", "problems", "active", "empty"]),
    sort: z.enum([
      "problems",
      "group",
      "-group",
      "state",
      "-state",
      "members",
      "-members",
      "lagRecords",
      "-lagRecords",
      "lagSeconds",
      "-lagSeconds",
    ]),
    columns: words(),
  },
  { q: "", view: "all", sort: "problems", columns: [] },
)

export const groupUrl = defineUrlState({ group: text(), unit: z.enum(["records", "seconds"]) }, { group: "", unit: "records" })
