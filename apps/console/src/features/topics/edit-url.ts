import { defineUrlState, text } from "../../url-state.ts"

/** Without a topic the page creates one. */
export const editUrl = defineUrlState({ topic: text() }, { topic: "" })
