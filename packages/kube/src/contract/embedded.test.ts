import { afterAll, beforeAll, describe } from "vitest"
import { startTempApi, type TempApi } from "../testing/index.ts"
import { apiServerContract } from "./api-server.contract.ts"
import { ApiUnderTest } from "./api-under-test.ts"
import { clientContract } from "./client.contract.ts"

describe("the embedded resource API", () => {
  let api: TempApi
  let underTest: ApiUnderTest

  beforeAll(async () => {
    api = await startTempApi()
    underTest = new ApiUnderTest({ server: api.server, ca: api.caPem, token: api.token })
  })

  afterAll(async () => {
    await underTest?.close()
    await api?.[Symbol.asyncDispose]()
  })

  apiServerContract(() => underTest)
  clientContract(() => api.client)
})
