// A9: security settings in all pairs, each also missing, empty and misspelt. What is not certainly as safe as it says stops the start, with
// the name of the field. The oracle is written anew here and shares no code with the check.
import { beforeAll, describe, expect, it } from "vitest"
import { startBroker } from "../broker.ts"
import { isBrokerError } from "../errors.ts"
import type { BrokerOptions } from "../settings.ts"
import { Authority, localServer } from "../testing/certificates.ts"
import { collecting } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"

type Choice = Readonly<Record<string, unknown>>

let pem: { certificate: string; key: string; ca: string; crl: string }

beforeAll(async () => {
  const ca = await Authority.root()
  const { chain: certificate, key } = await ca.sign(localServer)
  pem = { certificate, key, ca: ca.pem, crl: await ca.crl([]) }
})

/** Every field with everything that it may be, good and bad. */
const fields: Readonly<Record<string, readonly unknown[]>> = {
  protocol: ["PLAINTEXT", "TLS", "SASL_PLAINTEXT", "SASL_TLS", "SSL", "tls", "", undefined],
  certificate: ["good", "missing", "empty", "no PEM"],
  key: ["good", "missing", "empty", "no PEM"],
  clientCertificate: ["none", "want", "need"],
  clientCa: ["good", "missing", "empty"],
  clientCrl: ["missing", "good", "empty"],
  principal: ["dn", "cn"],
  mechanisms: [
    ["SCRAM-SHA-256"],
    ["PLAIN"],
    ["OAUTHBEARER"],
    ["SCRAM-SHA-256", "PLAIN"],
    [],
    undefined,
    ["SCRAM-SHA-1"],
    ["PLAIN", "PLAIN"],
  ],
  allowsPlain: [false, true],
  users: ["missing", "good", "no name", "no password", "twice"],
  oauth: ["missing", "good", "no issuer", "no audience", "no claim", "plain url", "no url", "no keys"],
  authorizer: [false, true],
  hasTls: [true, false],
}
const names = Object.keys(fields)

/** Rows in which every pair of values of two fields occurs: greedy, as the small tools for it do. */
function pairs(): Choice[] {
  const open = new Set<string>()
  const idOf = (a: readonly [number, number], b: readonly [number, number]) => `${a.join(".")}-${b.join(".")}`
  const sizes = names.map((name) => fields[name]?.length ?? 0)
  for (const [a, sizeA] of sizes.entries())
    for (const [b, sizeB] of sizes.entries())
      if (a < b) for (let i = 0; i < sizeA; i++) for (let j = 0; j < sizeB; j++) open.add(idOf([a, i], [b, j]))
  const rows: Choice[] = []
  while (open.size > 0) {
    const [a = 0, i = 0, b = 0, j = 0] = ([...open][0] ?? "").split(/[.-]/).map(Number)
    const row: number[] = names.map(() => -1)
    row[a] = i
    row[b] = j
    for (const [at, size] of sizes.entries()) {
      if (row[at] !== -1) continue
      const gain = (value: number) =>
        row.filter(
          (other, where) => other >= 0 && open.has(where < at ? idOf([where, other], [at, value]) : idOf([at, value], [where, other])),
        ).length
      row[at] = Array.from({ length: size }, (_, value) => value).sort((x, y) => gain(y) - gain(x))[0] ?? 0
    }
    for (const [x, valueX] of row.entries()) for (const [y, valueY] of row.entries()) if (x < y) open.delete(idOf([x, valueX], [y, valueY]))
    rows.push(Object.fromEntries(names.map((name, at) => [name, fields[name]?.[row[at] ?? 0]])))
  }
  return rows
}

/** Whether this is complete and free of contradiction; in words of its own. */
function isSound(c: Choice): boolean {
  const protocol = String(c.protocol)
  if (!["PLAINTEXT", "TLS", "SASL_PLAINTEXT", "SASL_TLS"].includes(protocol)) return false
  const [tls, sasl] = [protocol.endsWith("TLS"), protocol.startsWith("SASL")]
  const mechanisms = c.mechanisms as string[] | undefined
  const asks = c.clientCertificate !== "none"
  const rules: [boolean, boolean][] = [
    [tls, c.hasTls === true && c.certificate === "good" && c.key === "good"],
    [!tls, c.hasTls === false],
    [tls && asks, c.clientCa === "good" && c.clientCrl !== "empty"],
    [tls && !asks, c.clientCa === "missing" && c.clientCrl === "missing" && c.principal === "dn"],
    [!sasl, mechanisms === undefined && c.allowsPlain === false && c.users === "missing" && c.oauth === "missing"],
    [
      sasl,
      mechanisms !== undefined &&
        mechanisms.length > 0 &&
        !mechanisms.includes("SCRAM-SHA-1") &&
        new Set(mechanisms).size === mechanisms.length,
    ],
    [sasl && mechanisms?.includes("PLAIN") === true && !tls, c.allowsPlain === true],
    [c.allowsPlain === true, sasl && !tls && mechanisms?.includes("PLAIN") === true],
    [mechanisms?.includes("OAUTHBEARER") === true, c.oauth === "good"],
    [c.oauth !== "missing", c.oauth === "good" && mechanisms?.includes("OAUTHBEARER") === true],
    [c.users !== "missing", c.users === "good" && mechanisms?.some((name) => name !== "OAUTHBEARER") === true],
    [c.authorizer === true, sasl || (tls && c.clientCertificate === "need")],
  ]
  return rules.every(([applies, holds]) => !applies || holds)
}

const oauthOf: Readonly<Record<string, object>> = {
  good: {},
  "no issuer": { issuer: "" },
  "no audience": { audience: "" },
  "no claim": { principalClaim: "" },
  "plain url": { keys: { url: "http://idp.example.com/jwks" } },
  "no url": { keys: { url: "keys" } },
  "no keys": { keys: { jwks: '{"keys":[]}' } },
}
const usersOf: Readonly<Record<string, { name: string; password: string }[]>> = {
  good: [{ name: "a", password: "b" }],
  "no name": [{ name: "", password: "b" }],
  "no password": [{ name: "a", password: "" }],
  twice: [
    { name: "a", password: "b" },
    { name: "a", password: "c" },
  ],
}

function optionsOf(c: Choice): BrokerOptions {
  const file = (kind: unknown, good: string) =>
    kind === "good" ? good : kind === "missing" ? undefined : kind === "empty" ? "" : "nonsense"
  const material = {
    certificate: file(c.certificate, pem.certificate) ?? "",
    key: file(c.key, pem.key) ?? "",
    clientCa: file(c.clientCa, pem.ca),
    clientCrl: file(c.clientCrl, pem.crl),
  }
  const jwks =
    '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'
  const oauth = { issuer: "https://idp.example.com", audience: "kafka", principalClaim: "sub", keys: { jwks }, ...oauthOf[String(c.oauth)] }
  const listener = {
    name: "client",
    listen: { host: "127.0.0.1", port: 0 },
    protocol: c.protocol,
    ...(c.hasTls === true && { tls: { material, clientCertificate: c.clientCertificate, principal: c.principal } }),
    ...(c.mechanisms !== undefined && { mechanisms: c.mechanisms }),
    allowsPlainWithoutTls: c.allowsPlain,
  }
  return {
    dataDir: "/memory",
    listeners: [listener as never],
    security: { ...(c.users !== "missing" && { users: usersOf[String(c.users)] ?? [] }), ...(c.oauth !== "missing" && { oauth }) },
    ...(c.authorizer === true && { authorizer: { superUsers: ["a"] } }),
    storage: { reserveBytes: 0, minFreeBytes: 0 },
    logger: collecting([]),
  }
}

async function outcome(choice: Choice): Promise<string> {
  try {
    const broker = await startBroker(optionsOf(choice), { disk: memoryDisk() })
    await broker.stop()
    return "started"
  } catch (error) {
    if (!isBrokerError(error, "CONFIG_INVALID")) throw error
    return `${error.path}: ${error.message}`
  }
}

describe("security settings", () => {
  const rows = pairs()
  /** What is sound is rare among pairs: each good way is there as well, and each good way with one thing wrong. */
  const nothing = {
    certificate: "good",
    key: "good",
    clientCertificate: "none",
    clientCa: "missing",
    clientCrl: "missing",
    principal: "dn",
  }
  const base = {
    ...nothing,
    allowsPlain: false,
    users: "missing",
    oauth: "missing",
    authorizer: false,
    hasTls: false,
    mechanisms: undefined,
  }
  const withClients = { clientCertificate: "need", clientCa: "good" }
  const good: Choice[] = [
    { ...base, protocol: "PLAINTEXT" },
    { ...base, protocol: "TLS", hasTls: true },
    { ...base, protocol: "TLS", hasTls: true, ...withClients, authorizer: true },
    { ...base, protocol: "TLS", hasTls: true, ...withClients, clientCertificate: "want", clientCrl: "good", principal: "cn" },
    { ...base, protocol: "SASL_PLAINTEXT", mechanisms: ["SCRAM-SHA-256"], users: "good", authorizer: true },
    { ...base, protocol: "SASL_PLAINTEXT", mechanisms: ["PLAIN"], allowsPlain: true },
    { ...base, protocol: "SASL_TLS", mechanisms: ["SCRAM-SHA-256", "PLAIN"], hasTls: true, users: "good" },
    { ...base, protocol: "SASL_TLS", mechanisms: ["OAUTHBEARER"], hasTls: true, oauth: "good", authorizer: true },
  ]
  const spoilt = good.flatMap((choice) => names.flatMap((name) => (fields[name] ?? []).map((value) => ({ ...choice, [name]: value }))))

  it("are tried in at least 200 ways", () => {
    expect(rows.length + good.length + spoilt.length).toBeGreaterThan(200)
  })

  it.each([
    ["in pairs", rows],
    ["as they should be", good],
    ["with one thing changed", spoilt],
  ] as const)("start when they are sound and else say which field is not: %s", async (_, choices) => {
    for (const choice of choices) {
      const result = await outcome(choice)
      expect(result === "started", `${JSON.stringify(choice)} → ${result}`).toBe(isSound(choice))
      if (result !== "started")
        expect(result).toMatch(/^\/(listeners|security)(\/[A-Za-z0-9]+)+: (listeners|security)\.|^\/security\/oauth\/keys/)
    }
  })

  it("never show a key or a password in what they say", async () => {
    for (const choice of [...rows, ...spoilt]) {
      const result = await outcome(choice)
      expect(result).not.toMatch(/PRIVATE KEY|nonsense/)
    }
  })
})
