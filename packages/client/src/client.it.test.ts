import { describe } from "vitest"
import { adminContract } from "./contract/admin.contract.ts"
import { faultsContract } from "./contract/faults.contract.ts"
import { groupsContract } from "./contract/groups.contract.ts"
import { recordsContract } from "./contract/records.contract.ts"
import { restartContract } from "./contract/restart.contract.ts"
import { useTarget } from "./contract/target.ts"
import { startApacheKafka } from "./testing/apache-kafka.ts"

const properties = { "group.min.session.timeout.ms": "500", "auto.create.topics.enable": "false" }

describe("against Apache Kafka", () => {
  const suite = useTarget(async () => {
    const kafka = await startApacheKafka({ properties })
    return {
      bootstrap: kafka.bootstrap,
      stop: () => kafka.stop(),
      async restart() {
        await kafka.halt("SIGKILL")
        await kafka.restart()
      },
    }
  })
  adminContract(suite)
  recordsContract(suite)
  groupsContract(suite)
  restartContract(suite)
  faultsContract((port) => startApacheKafka({ properties: { ...properties, "advertised.listeners": `CLIENT://127.0.0.1:${port}` } }))
})
