import { expect, it } from "vitest"
import { isOutage, troubleLead } from "./outage.ts"

it.each(["CONNECT_FAILED", "CONNECTION_LOST", "NO_BROKER", "TIMEOUT"])("%s is an outage", (code) => {
  expect(isOutage(code)).toBe(true)
  expect(troubleLead({ code })).toBe("does not answer: ")
})

it.each(["KAFKA_STORAGE_ERROR", "UNKNOWN_SERVER_ERROR", "CLUSTER_AUTHORIZATION_FAILED", "BAD_ANSWER"])("%s is an answer", (code) => {
  expect(isOutage(code)).toBe(false)
  expect(troubleLead({ code })).toBe("answers with an error: ")
})
