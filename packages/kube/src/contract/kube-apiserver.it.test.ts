import { crds } from "@rivven/resources"
import { afterAll, beforeAll, describe } from "vitest"
import { KubeClient } from "../client.ts"
import { type RealApi, startKubeApiServer } from "../testing/kube-apiserver/start.ts"
import { apiServerContract } from "./api-server.contract.ts"
import { ApiUnderTest } from "./api-under-test.ts"
import { clientContract } from "./client.contract.ts"
import { loadDefinitions } from "./load-definitions.ts"

const buildMs = 1_800_000

describe("kube-apiserver", () => {
  let api: RealApi
  let underTest: ApiUnderTest
  let client: KubeClient

  beforeAll(async () => {
    api = await startKubeApiServer()
    underTest = new ApiUnderTest(api)
    client = new KubeClient(api)
    await loadDefinitions(underTest, crds())
  }, buildMs)

  afterAll(async () => {
    await underTest?.close()
    await client?.close()
    await api?.[Symbol.asyncDispose]()
  })

  apiServerContract(() => underTest)
  clientContract(() => client)
})
