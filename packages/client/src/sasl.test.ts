import { createHmac, pbkdf2Sync } from "node:crypto"
import { createServer } from "node:tls"
import { Authority, localServer } from "@rivven/broker/testing/certificates"
import { SaslAuthenticate, SaslHandshake } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { createClient } from "./client.ts"
import { nodeNet } from "./node-ports.ts"
import type { SaslOptions } from "./sasl.ts"
import { startScriptedBroker } from "./testing/scripted-broker.ts"

const sasl: SaslOptions = { mechanism: "SCRAM-SHA-256", user: "u", password: "p" }
const salt = Buffer.from("0123456789abcdef")

type Twist = { first?: (message: string, nonce: string) => string; final?: (message: string) => string }

/** What a client gets from a broker that knows the password and answers as told. */
async function loginAt({ first = (message) => message, final = (message) => message }: Twist) {
  await using broker = await startScriptedBroker()
  broker.on(SaslHandshake, () => ({ errorCode: 0, mechanisms: ["SCRAM-SHA-256"] }))
  let transcript = ""
  let tokens = 0
  broker.on(SaslAuthenticate, ({ authBytes }) => {
    const message = Buffer.from(authBytes).toString()
    tokens++
    if (message.startsWith("n,,")) {
      const nonce = message.slice(message.indexOf("r=") + 2)
      const answer = first(`r=${nonce}more,s=${salt.toString("base64")},i=4096`, nonce)
      transcript = `${message.slice(3)},${answer}`
      return { errorCode: 0, errorMessage: null, authBytes: Buffer.from(answer) }
    }
    const salted = pbkdf2Sync("p", salt, 4_096, 32, "sha256")
    const serverKey = createHmac("sha256", salted).update("Server Key").digest()
    const signature = createHmac("sha256", serverKey).update(`${transcript},${message.slice(0, message.indexOf(",p="))}`)
    return { errorCode: 0, errorMessage: null, authBytes: Buffer.from(final(`v=${signature.digest("base64")}`)) }
  })
  const client = createClient({ bootstrap: [broker.address], sasl, callTimeoutMs: 5_000 })
  const answer = await client.admin.topics.list()
  await client.close()
  return { code: answer.ok ? "OK" : answer.error.code, tokensSent: tokens }
}

describe("SCRAM", () => {
  it("accepts a broker that proves to know the password, whatever else it says", async () => {
    const talkative = { first: (message: string) => `${message},x=more`, final: (message: string) => `${message},y=more` }
    expect(await loginAt(talkative)).toEqual({ code: "OK", tokensSent: 2 })
  })

  it.each([
    ["another nonce", (message: string) => message.replace(/r=[^,]*/, "r=foreign")],
    ["no nonce of its own", (_message: string, nonce: string) => `r=${nonce},s=${salt.toString("base64")},i=4096`],
    ["no salt", (message: string) => message.replace(/s=[^,]*/, "s=")],
    ["too many iterations", (message: string) => message.replace("i=4096", "i=1000001")],
    ["endless iterations", (message: string) => message.replace("i=4096", `i=${"9".repeat(400)}`)],
    ["too few iterations", (message: string) => message.replace("i=4096", "i=1")],
    ["iterations that are no number", (message: string) => message.replace("i=4096", "i=-1e9")],
    ["nothing", () => ""],
  ])("refuses a broker whose challenge has %s, and sends it no proof", async (_, first) => {
    expect(await loginAt({ first })).toMatchObject({ code: "UNTRUSTED_BROKER", tokensSent: 1 })
  })

  it.each([
    ["a wrong signature", () => `v=${Buffer.alloc(32).toString("base64")}`],
    ["a short one", () => "v=AAAA"],
    ["none", () => ""],
  ])("refuses a broker that answers the proof with %s", async (_, final) => {
    expect(await loginAt({ final })).toMatchObject({ code: "UNTRUSTED_BROKER", tokensSent: 2 })
  })

  it("says which mechanisms the broker takes when it does not take the chosen one", async () => {
    await using broker = await startScriptedBroker()
    broker.on(SaslHandshake, () => ({ errorCode: 33, mechanisms: ["PLAIN", "OAUTHBEARER"] }))
    const client = createClient({ bootstrap: [broker.address], sasl })
    expect(await client.admin.cluster.describe()).toMatchObject({
      ok: false,
      error: { code: "UNSUPPORTED_SASL_MECHANISM", message: expect.stringContaining("PLAIN, OAUTHBEARER") },
    })
    await client.close()
  })
})

describe("TLS", () => {
  it.each([
    ["the host of the address", "localhost", undefined, "localhost"],
    ["the given name", "127.0.0.1", "localhost", "localhost"],
    ["nothing for an IP address", "127.0.0.1", undefined, false],
  ] as const)("names to the broker %s", async (...[, host, serverName, wanted]) => {
    const authority = await Authority.root()
    const { chain: cert, key } = await authority.sign(localServer)
    const server = createServer({ cert, key })
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
    })
    const named = new Promise((resolve) => server.once("secureConnection", (socket) => resolve(socket.servername)))
    const opened = new Promise<boolean>((resolve) => {
      const events = { onOpen: () => resolve(true), onData() {}, onEnd: () => resolve(false) }
      const stream = nodeNet.connect({ host, port }, events, { ca: authority.pem, ...(serverName && { serverName }) })
      void named.then(() => setImmediate(() => stream.destroy()))
    })
    expect(await named).toBe(wanted)
    expect(await opened).toBe(true)
    await new Promise((resolve) => server.close(resolve))
  })
})
