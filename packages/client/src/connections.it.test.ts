import { Authority, localServer, usages } from "@rivven/broker/testing/certificates"
import { describe } from "vitest"
import type { ClientOptions } from "./client.ts"
import { aclsContract } from "./contract/acls.contract.ts"
import { connectionsContract } from "./contract/connections.contract.ts"
import { useTarget } from "./contract/target.ts"
import { startApacheKafka } from "./testing/apache-kafka.ts"

const inline = (pem: string) => pem.trim().replaceAll("\r", "").replaceAll("\n", "\\n")
const listener = "listener.name.client"
const modules = "org.apache.kafka.common.security"

describe("against Apache Kafka", () => {
  const good = {} as Required<Pick<ClientOptions, "tls" | "sasl">>
  const suite = useTarget(
    async () => {
      const authority = await Authority.root()
      const server = await authority.sign({ ...localServer, usages: [usages.server, usages.client] })
      const own = await authority.sign({ subject: "CN=client", usages: [usages.client] })
      Object.assign(good, {
        sasl: { mechanism: "SCRAM-SHA-512", user: "alice", password: "secret" },
        tls: { ca: authority.pem, certificate: own.chain, key: own.key },
      })
      const kafka = await startApacheKafka({
        format: ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => ["--add-scram", `${mechanism}=[name=alice,password=secret]`]),
        properties: {
          "listener.security.protocol.map": "CLIENT:SASL_SSL,CONTROLLER:PLAINTEXT",
          "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
          "super.users": "User:alice;User:ANONYMOUS",
          "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
          "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
          [`${listener}.ssl.client.auth`]: "required",
          "ssl.keystore.type": "PEM",
          "ssl.keystore.certificate.chain": inline(server.chain),
          "ssl.keystore.key": inline(server.key),
          "ssl.truststore.type": "PEM",
          "ssl.truststore.certificates": inline(authority.pem),
          [`${listener}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required user_alice="secret";`,
          [`${listener}.scram-sha-256.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
          [`${listener}.scram-sha-512.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required username="inside" password="inside";`,
        },
      })
      return { bootstrap: kafka.bootstrap, stop: () => kafka.stop(), restart: () => kafka.restart() }
    },
    () => good,
  )
  connectionsContract(suite, () => good)
  aclsContract(suite)
})
