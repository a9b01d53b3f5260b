// A5: who is let in by a client certificate, and as whom. Certificates are made here, good ones and forty kinds of bad ones.
import { errorName } from "@rivven/protocol"
import { DescribeUserScramCredentials } from "@rivven/protocol/messages"
import { beforeAll, describe, expect, it } from "vitest"
import { Authority, type Identity, localServer, usages } from "../../testing/certificates.ts"
import { startTestBroker, type TestBroker } from "../../testing/in-process.ts"
import { connectTls, type TlsClientOptions } from "../../testing/tls-client.ts"
import type { ListenerSettings, ListenerTls } from "../settings.ts"

let serverCa: Authority
let server: Identity
let clientCa: Authority
let other: Authority

beforeAll(async () => {
  serverCa = await Authority.root("CN=Server CA")
  server = await serverCa.sign(localServer)
  clientCa = await Authority.root("CN=Client CA,O=Acme")
  other = await Authority.root("CN=Client CA,O=Acme")
})

const client = (subject: string, more: Partial<Parameters<Authority["sign"]>[0]> = {}) =>
  clientCa.sign({ subject, usages: [usages.client], ...more })

interface Setup {
  readonly tls?: Partial<ListenerTls>
  readonly crl?: string
  readonly superUser?: string
}

/** Only the super user may describe users, so that an answer tells whether the client is that one. */
function start({ tls = {}, crl, superUser = "CN=alice,O=Acme" }: Setup = {}): Promise<TestBroker> {
  const material = { certificate: server.chain, key: server.key, clientCa: clientCa.pem, ...(crl && { clientCrl: crl }) }
  const listener: ListenerSettings = {
    name: "client",
    listen: { host: "127.0.0.1", port: 0 },
    protocol: "TLS",
    tls: { material, clientCertificate: "need", principal: "dn", ...tls },
  }
  const isKnown = listener.tls?.clientCertificate === "need"
  return startTestBroker({
    listeners: [listener],
    ...(isKnown && { authorizer: { superUsers: [superUser] } }),
    limits: { handshakesPerSecond: 1_000 },
  })
}

/** `NONE` as the super user, `CLUSTER_AUTHORIZATION_FAILED` as anybody else, `refused` when the connection does not come to be. */
async function ask({ host, port }: TestBroker, options: Partial<TlsClientOptions> = {}): Promise<string> {
  try {
    await using wire = await connectTls({ host, port, ca: serverCa.pem, ...options })
    return errorName((await wire.call(DescribeUserScramCredentials, 0, { users: null })).errorCode)
  } catch {
    return "refused"
  }
}

describe("a client certificate that is needed", () => {
  it("lets its owner in under its whole name, most specific part first", async () => {
    await using broker = await start()
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
    expect(await ask(broker, { identity: await client("O=Acme,CN=bob") })).toBe("CLUSTER_AUTHORIZATION_FAILED")
    expect(await ask(broker, { identity: await client("CN=alice,O=Acme") })).toBe("CLUSTER_AUTHORIZATION_FAILED")
    const metrics = await broker.broker.registry.metrics()
    expect(metrics).toContain('rivven_tls_handshakes_total{listener="client",outcome="success"} 3')
  })

  it.each<[string, () => Promise<Identity | undefined>]>([
    ["nobody", async () => undefined],
    ["expired", () => client("O=Acme,CN=alice", { fromDays: -10, toDays: -1 })],
    ["not valid yet", () => client("O=Acme,CN=alice", { fromDays: 1 })],
    ["of another CA", () => other.sign({ subject: "O=Acme,CN=alice", usages: [usages.client] })],
    ["signed by itself", async () => (await Authority.root("O=Acme,CN=alice")).identity],
    ["for servers only", () => client("O=Acme,CN=alice", { usages: [usages.server] })],
    ["for mail only", () => client("O=Acme,CN=alice", { usages: [usages.email] })],
    ["of the server's CA", () => serverCa.sign({ subject: "O=Acme,CN=alice", usages: [usages.client] })],
    ["without a subject", () => client("", { names: ["alice"] })],
    ["under a certificate that is no CA", async () => signedByLeaf()],
    ["under an intermediate that has expired", async () => signedUnder({ toDays: -1, fromDays: -9 })],
    ["under an intermediate that is not shown", async () => withoutChain(await signedUnder({}))],
    ["under an intermediate for servers", async () => signedUnder({ usages: [usages.server] })],
  ])("refuses one that is %s", async (_, make) => {
    await using broker = await start()
    expect(await ask(broker, { identity: await make() })).toBe("refused")
    expect(await ask(broker, { identity: await make(), more: { maxVersion: "TLSv1.2" } })).toBe("refused")
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
  })

  it.each<[string, () => Promise<Identity>]>([
    ["without a stated use", () => client("O=Acme,CN=alice", { usages: undefined })],
    ["for clients and servers", () => client("O=Acme,CN=alice", { usages: [usages.server, usages.client] })],
    ["under an intermediate that is shown", () => signedUnder({})],
    ["under twenty intermediates", () => signedDeep(20)],
  ])("takes one that is %s", async (_, make) => {
    await using broker = await start()
    expect(await ask(broker, { identity: await make() })).toBe("NONE")
  })

  it("refuses a chain of two hundred in no time", async () => {
    await using broker = await start()
    const startedMs = performance.now()
    expect(await ask(broker, { identity: await signedDeep(200) })).toBe("refused")
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
  })

  it.each([["TLSv1.1"], ["TLSv1"]] as const)("does not speak %s", async (version) => {
    await using broker = await start()
    const more = { minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" }
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice"), more })).toBe("refused")
  })

  it("speaks only TLS 1.3 when that is asked for", async () => {
    await using broker = await start({ tls: { minVersion: "TLSv1.3" } })
    const identity = await client("O=Acme,CN=alice")
    expect(await ask(broker, { identity, more: { maxVersion: "TLSv1.2" } })).toBe("refused")
    expect(await ask(broker, { identity })).toBe("NONE")
  })

  it("cannot be replaced by a session that somebody else resumes without one", async () => {
    await using broker = await start()
    const session = await sessionOf(broker, await client("O=Acme,CN=alice"))
    broker.broker.replaceTls("client", { certificate: server.chain, key: server.key, clientCa: other.pem })
    expect(await ask(broker, { more: { session, maxVersion: "TLSv1.2" } })).toBe("refused")
  })
})

describe("a revocation list", () => {
  it("keeps out who is on it, and takes effect when it is replaced", async () => {
    const revoked = await client("O=Acme,CN=alice")
    await using broker = await start({ crl: await clientCa.crl([]) })
    expect(await ask(broker, { identity: revoked })).toBe("NONE")
    const material = { certificate: server.chain, key: server.key, clientCa: clientCa.pem }
    broker.broker.replaceTls("client", { ...material, clientCrl: await clientCa.crl([revoked]) })
    expect(await ask(broker, { identity: revoked })).toBe("refused")
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
  })

  it("that is out of date, or another CA's, lets nobody in", async () => {
    for (const crl of [await clientCa.crl([], { nextDays: -1 }), await serverCa.crl([])]) {
      await using broker = await start({ crl })
      expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("refused")
    }
  })
})

describe("names that mean something else", () => {
  it.each([
    ["a comma", "O=Acme,CN=alice\\,CN=root"],
    ["a plus", "O=Acme,CN=alice\\+CN=root"],
    ["an equals sign", "O=Acme,CN=CN\\=alice"],
    ["two names", "O=Acme,CN=alice,CN=root"],
    ["another organisation inside the name", "CN=alice\\,O=Acme"],
    ["capitals", "O=Acme,CN=Alice"],
    ["a space at the end", "O=Acme,CN=alice\\ "],
    ["nothing else", "CN=alice"],
    ["a unit more", "O=Acme,OU=x,CN=alice"],
  ])("%s: nobody is taken for alice", async (_, subject) => {
    await using broker = await start()
    expect(await ask(broker, { identity: await client(subject) })).not.toBe("NONE")
  })

  it("principal cn takes the one common name, and refuses two or none", async () => {
    await using broker = await start({ tls: { principal: "cn" }, superUser: "alice" })
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
    expect(await ask(broker, { identity: await client("O=Acme,CN=bob") })).toBe("CLUSTER_AUTHORIZATION_FAILED")
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice,CN=bob") })).toBe("refused")
    expect(await ask(broker, { identity: await client("O=Acme,OU=alice") })).toBe("refused")
    expect(await ask(broker, { identity: await client("CN=ANONYMOUS") })).toBe("refused")
  })
})

describe("a client certificate that is wanted", () => {
  it("may be missing, but not bad", async () => {
    await using broker = await start({ tls: { clientCertificate: "want" } })
    expect(await ask(broker)).toBe("NONE")
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice", { fromDays: -3, toDays: -1 }) })).toBe("refused")
    expect(await ask(broker, { identity: await other.sign({ subject: "O=Acme,CN=alice" }) })).toBe("refused")
  })
})

describe("certificates of the server", () => {
  it("are exchanged under running connections, which stay", async () => {
    await using broker = await start()
    const identity = await client("O=Acme,CN=alice")
    await using before = await connectTls({ ...broker, ca: serverCa.pem, identity })
    const newCa = await Authority.root("CN=New CA")
    const renewed = await newCa.sign(localServer)
    broker.broker.replaceTls("client", { certificate: renewed.chain, key: renewed.key, clientCa: clientCa.pem })
    expect(await ask(broker, { identity })).toBe("refused")
    expect(await ask(broker, { identity, ca: newCa.pem })).toBe("NONE")
    expect(errorName((await before.call(DescribeUserScramCredentials, 0, { users: null })).errorCode)).toBe("NONE")
  })

  it("that cannot be used change nothing, and are told without their text", async () => {
    await using broker = await start()
    const stranger = await serverCa.sign(localServer)
    const bad = { certificate: server.chain, key: stranger.key, clientCa: clientCa.pem }
    expect(() => broker.broker.replaceTls("client", bad)).toThrow(/cannot be used/)
    expect(await ask(broker, { identity: await client("O=Acme,CN=alice") })).toBe("NONE")
  })
})

async function signedUnder(options: Partial<Parameters<Authority["sign"]>[0]>): Promise<Identity> {
  const middle = await clientCa.intermediate({ subject: "CN=Middle", ...options })
  return middle.sign({ subject: "O=Acme,CN=alice", usages: [usages.client] })
}

async function signedDeep(depth: number): Promise<Identity> {
  let ca = clientCa
  for (let level = 1; level <= depth; level++) ca = await ca.intermediate({ subject: `CN=Level ${level}` })
  return ca.sign({ subject: "O=Acme,CN=alice", usages: [usages.client] })
}

/** Its chain shows an end certificate where a CA should be. */
async function signedByLeaf(): Promise<Identity> {
  const fake = await Authority.root("CN=Leaf")
  const leaf = await client("CN=Leaf")
  const identity = await fake.sign({ subject: "O=Acme,CN=alice", usages: [usages.client] })
  return { ...identity, chain: identity.certificate.toString("pem") + leaf.chain }
}

const withoutChain = (identity: Identity): Identity => ({ ...identity, chain: "" })

function sessionOf({ host, port }: TestBroker, identity: Identity): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    void connectTls({ host, port, ca: serverCa.pem, identity, more: { maxVersion: "TLSv1.2" } }).then((wire) => {
      const session = (wire.socket as import("node:tls").TLSSocket).getSession()
      wire.socket.destroy()
      if (session) resolve(session)
      else reject(new Error("no session"))
    }, reject)
  })
}
