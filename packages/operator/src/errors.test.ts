import { nodeClock } from "@rivven/kube"
import { startTempApi } from "@rivven/kube/testing"
import { expect, test } from "vitest"
import { fromClient, isTerminal, topicFailure } from "./errors.ts"
import { start } from "./operator.ts"

const error = (code: Parameters<typeof fromClient>[0]["code"], retriable: boolean) => ({ code, message: "m", path: "", retriable })

test("tells trouble that passes from a refusal", () => {
  expect(fromClient(error("CONNECT_FAILED", true)).code).toBe("ClusterUnreachable")
  expect(fromClient(error("NOT_CONTROLLER", true)).code).toBe("BrokerFailed")
  expect(fromClient(error("INVALID_CONFIG", false)).code).toBe("InvalidConfig")
  expect(fromClient(error("INVALID_REPLICATION_FACTOR", false)).code).toBe("InvalidSpec")
  expect(fromClient(error("TOPIC_AUTHORIZATION_FAILED", false)).code).toBe("BrokerRefused")
  expect(isTerminal(fromClient(error("INVALID_CONFIG", false)))).toBe(true)
  expect(isTerminal(fromClient(error("TIMEOUT", true)))).toBe(false)
})

test("carries what the broker says of itself; only a connection that fails is an outage", () => {
  const message = "KAFKA_STORAGE_ERROR: the disk is full"
  expect(topicFailure({ code: "KAFKA_STORAGE_ERROR", message, path: "", retriable: true })).toEqual({ code: "BrokerFailed", message })
  expect(topicFailure(error("UNKNOWN_SERVER_ERROR", false))).toEqual({ code: "BrokerFailed", message: "m" })
  expect(isTerminal(topicFailure(error("UNKNOWN_SERVER_ERROR", false)))).toBe(false)
  expect(topicFailure(error("CONNECTION_LOST", true)).message).toContain("does not answer")
})

test("topics speak of an outage in one sentence", () => {
  expect(topicFailure(error("TIMEOUT", true))).toEqual(topicFailure(error("NO_BROKER", true)))
})

test("refuses a list of namespaces that mixes names and all", async () => {
  await using api = await startTempApi()
  await expect(start({ kube: api.client, namespaces: ["a", "*"] }, { clock: nodeClock })).rejects.toThrow(/takes a list of names, or/)
})
