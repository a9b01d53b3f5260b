import { memoryDisk, startTestBroker } from "@rivven/broker/testing"
import { describe } from "vitest"
import { adminContract } from "./contract/admin.contract.ts"
import { faultsContract } from "./contract/faults.contract.ts"
import { groupsContract } from "./contract/groups.contract.ts"
import { recordsContract } from "./contract/records.contract.ts"
import { restartContract } from "./contract/restart.contract.ts"
import { useTarget } from "./contract/target.ts"
import { transactionsContract } from "./contract/transactions.contract.ts"

const settings = { "group.min.session.timeout.ms": "500", "auto.create.topics.enable": "false" }

describe("against the embedded engine", () => {
  const suite = useTarget(async () => {
    const ports = { disk: memoryDisk() }
    let broker = await startTestBroker({ settings, ports })
    const listen = { host: broker.host, port: broker.port }
    return {
      bootstrap: broker.bootstrap,
      stop: () => broker.stop(),
      async restart() {
        await broker.broker.stop(AbortSignal.abort())
        broker = await startTestBroker({ settings, ports, listen })
      },
    }
  })
  adminContract(suite)
  recordsContract(suite)
  groupsContract(suite)
  transactionsContract(suite)
  restartContract(suite)
  faultsContract(async (port) => {
    const broker = await startTestBroker({ settings, advertised: { host: "127.0.0.1", port } })
    return { port: broker.port, stop: () => broker.stop() }
  })
})
