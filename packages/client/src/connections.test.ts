import { startTestBroker } from "@rivven/broker/testing"
import { Authority, localServer, usages } from "@rivven/broker/testing/certificates"
import { describe } from "vitest"
import type { ClientOptions } from "./client.ts"
import { aclsContract } from "./contract/acls.contract.ts"
import { connectionsContract } from "./contract/connections.contract.ts"
import { useTarget } from "./contract/target.ts"

/** With the letters that SCRAM has to escape. */
const [name, password] = ["alice,=ä", "sécret"]

describe("against the embedded engine", () => {
  const good = {} as Required<Pick<ClientOptions, "tls" | "sasl">>
  const suite = useTarget(
    async () => {
      const authority = await Authority.root()
      const server = await authority.sign(localServer)
      const own = await authority.sign({ subject: "CN=client", usages: [usages.client] })
      Object.assign(good, {
        sasl: { mechanism: "SCRAM-SHA-512", user: name, password },
        tls: { ca: authority.pem, certificate: own.chain, key: own.key },
      })
      const material = { certificate: server.chain, key: server.key, clientCa: authority.pem }
      const broker = await startTestBroker({
        listeners: [
          {
            name: "client",
            listen: { host: "127.0.0.1", port: 0 },
            protocol: "SASL_TLS",
            tls: { material, clientCertificate: "need", principal: "dn" },
            mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
          },
        ],
        authorizer: { superUsers: [name] },
        security: { users: [{ name, password }] },
      })
      return { bootstrap: broker.bootstrap, stop: () => broker.stop(), restart: async () => {} }
    },
    () => good,
  )
  connectionsContract(suite, () => good)
  aclsContract(suite)
})
