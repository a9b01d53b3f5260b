import { startTestBroker } from "@rivven/broker/testing"
import { startTempApi } from "@rivven/kube/testing"
import { operatorContract } from "./testing/operator.contract.ts"

operatorContract("the embedded resource API and the embedded engine", async () => {
  const [api, broker] = await Promise.all([startTempApi(), startTestBroker()])
  return {
    kube: api.client,
    bootstrap: broker.bootstrap,
    async [Symbol.asyncDispose]() {
      await broker.stop()
      await api[Symbol.asyncDispose]()
    },
  }
})
