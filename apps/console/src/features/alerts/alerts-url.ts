import { defineUrlState, text } from "../../url-state.ts"

/** The rule whose details are open. */
export const alertsUrl = defineUrlState({ rule: text() }, { rule: "" })
