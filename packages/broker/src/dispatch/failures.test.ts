// A handler that throws: every API in every version still has an answer or the end of its connection, and the broker goes on.
import { randomMessage, seeded } from "@rivven/protocol/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { BrokerError } from "../errors.ts"
import { handlers } from "../handlers/index.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"

let broker: TestBroker
beforeAll(async () => {
  broker = await startTestBroker()
})
afterAll(() => broker.stop())

const titled = handlers.map((handler) => [handler.api.name, handler] as const)

describe.each(titled)("%s", (_, { api, versions, accepts = versions }) => {
  it.each([
    ["a bug", new Error("a bug"), -1],
    ["a disk that fails", new BrokerError("STORAGE_READ_ONLY", "no"), 56],
  ] as const)("answers %s in every version, or ends the connection", async (_title, error, code) => {
    const undo = broker.intercept(api, () => Promise.reject(error))
    for (let version = accepts[0]; version <= accepts[1]; version++) {
      await using wire = await WireClient.connect(broker)
      const body = randomMessage(api.request, version, seeded(version + 1))
      const outcome = await wire.call(api, version, body as never).then(
        (answer) => (answer as { errorCode?: number }).errorCode ?? -1,
        () => "closed",
      )
      const place = api.response.errorCode?.options
      const hasPlace = place !== undefined && version >= (place.since ?? 0) && version <= (place.until ?? 32_767)
      expect(outcome, `version ${version}`).toBe(hasPlace ? code : "closed")
    }
    undo()
    await using talk = await Talk.to(broker)
    expect((await talk.metadata("t")).errorCode).toBe(3)
  })
})
