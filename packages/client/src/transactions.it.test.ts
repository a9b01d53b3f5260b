import { describe } from "vitest"
import { useTarget } from "./contract/target.ts"
import { transactionsContract } from "./contract/transactions.contract.ts"
import { startApacheKafka } from "./testing/apache-kafka.ts"

const properties = { "transaction.state.log.num.partitions": "4", "auto.create.topics.enable": "false" }

describe("against Apache Kafka", () => {
  transactionsContract(useTarget(() => startApacheKafka({ properties }).then(targetOf)))
})

describe("against Apache Kafka with the older protocol", () => {
  transactionsContract(useTarget(() => startApacheKafka({ properties, format: ["--feature", "transaction.version=1"] }).then(targetOf)))
})

const targetOf = (kafka: Awaited<ReturnType<typeof startApacheKafka>>) => ({
  bootstrap: kafka.bootstrap,
  stop: () => kafka.stop(),
  restart: () => kafka.restart(),
})
