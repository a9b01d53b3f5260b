// Tokens that must not be believed, each over the wire (2026-33557 and 2026-110985: tokens taken unchecked), and those that must.
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestBroker, type TestBroker } from "../../testing/in-process.ts"
import { handshake, sendToken } from "../../testing/sasl-login.ts"
import { WireClient } from "../../testing/wire-client.ts"

type Keys = Awaited<ReturnType<typeof generateKeyPair>>

const issuer = "https://idp.example.com"
const claims = { iss: issuer, aud: "kafka", sub: "alice" }
const soon = () => Math.floor(Date.now() / 1_000) + 300

let keys: Keys
let stranger: Keys
let broker: TestBroker

const keySet = async ({ publicKey }: Keys, kid: string) =>
  JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: "RS256" }] })
const rulesWith = (jwks: string, principalClaim = "sub") => ({ issuer, audience: "kafka", principalClaim, keys: { jwks } })

beforeAll(async () => {
  keys = await generateKeyPair("RS256", { extractable: true })
  stranger = await generateKeyPair("RS256")
  broker = await startTestBroker({
    listeners: [{ name: "client", listen: { host: "127.0.0.1", port: 0 }, protocol: "SASL_PLAINTEXT", mechanisms: ["OAUTHBEARER"] }],
    security: { oauth: rulesWith(await keySet(keys, "one")) },
    limits: { failureDelayMs: 0 },
  })
})
afterAll(() => broker.stop())

const signed = (payload: JWTPayload, { by = keys.privateKey, header = {} }: { by?: Keys["privateKey"]; header?: object } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "one", ...header }).sign(by)
const good = (more: JWTPayload = {}) => signed({ ...claims, exp: soon(), ...more })
const without = (claim: string) => signed(Object.fromEntries(Object.entries({ ...claims, exp: soon() }).filter(([name]) => name !== claim)))

async function present(message: string) {
  await using wire = await WireClient.connect(broker)
  await handshake(wire, "OAUTHBEARER")
  const first = await sendToken(wire, message)
  if (first.error !== "NONE" || first.reply === "") return first
  expect(first.reply).toBe('{"status":"invalid_token"}')
  const last = await sendToken(wire, "\u0001")
  expect(last.message).toBe('{"status":"invalid_token"}')
  return last
}

const bearer = (token: string, gs2 = "n,,") => `${gs2}\u0001auth=Bearer ${token}\u0001\u0001`

describe("a token", () => {
  it("of the issuer, for this audience, is taken, and its end is the session's", async () => {
    const answer = await present(bearer(await good()))
    expect(answer.error).toBe("NONE")
    expect(answer.lifetimeMs).toBeGreaterThan(290_000)
    expect(answer.lifetimeMs).toBeLessThanOrEqual(300_000)
  })

  it.each<[string, () => Promise<string>]>([
    ["as one of several audiences", async () => bearer(await good({ aud: ["other", "kafka"] }))],
    ["with the user as authzid", async () => bearer(await good(), "n,a=alice,")],
    ["with extensions", async () => `n,,\u0001auth=Bearer ${await good()}\u0001traceId=1\u0001\u0001`],
  ])("is taken %s", async (_, make) => {
    expect((await present(await make())).error).toBe("NONE")
  })

  it.each<[string, () => Promise<string>]>([
    ["without a signature", async () => new UnsecuredJWT({ ...claims, exp: soon() }).encode()],
    ["signed by a stranger", () => signed({ ...claims, exp: soon() }, { by: stranger.privateKey })],
    ["signed by a stranger who shows the key in the token", () => withOwnKey()],
    ["signed with the public key as a secret", () => withPublicKeyAsSecret()],
    ["with another's kid", () => signed({ ...claims, exp: soon() }, { header: { kid: "two" } })],
    ["changed afterwards", async () => tampered(await good())],
    ["with its signature cut off", async () => (await good()).replace(/[^.]*$/, "")],
    ["of another issuer", () => good({ iss: "https://evil.example.com" })],
    ["of an issuer that begins the same", () => good({ iss: `${issuer}.evil.example.com` })],
    ["without an issuer", () => without("iss")],
    ["for another audience", () => good({ aud: "other" })],
    ["for an audience that begins the same", () => good({ aud: "kafka2" })],
    ["without an audience", () => without("aud")],
    ["without an end", () => without("exp")],
    ["that has ended", () => good({ exp: soon() - 400 })],
    ["that has not begun", () => good({ nbf: soon() })],
    ["without a user", () => without("sub")],
    ["with an empty user", () => good({ sub: "" })],
    ["with a number as user", () => good({ sub: 7 as never })],
    ["with a list as user", () => good({ sub: ["alice"] as never })],
    [
      "with a demand nobody knows",
      () => signed({ ...claims, exp: soon() }, { header: { crit: ["b64x"], b64x: true } }).catch(() => "x.y.z"),
    ],
    ["that is none", async () => "abc"],
    ["that is three dots", async () => "..."],
    ["that is very long", async () => "x".repeat(40_000)],
  ])("is refused %s", async (_, make) => {
    expect((await present(bearer(await make()))).error).toBe("SASL_AUTHENTICATION_FAILED")
  })

  it.each<[string, (token: string) => string]>([
    ["for another authzid", (token) => bearer(token, "n,a=admin,")],
    ["with channel binding", (token) => bearer(token, "p=tls-unique,,")],
    ["without a header", (token) => `auth=Bearer ${token}\u0001\u0001`],
    ["twice", (token) => `n,,\u0001auth=Bearer ${token}\u0001auth=Bearer ${token}\u0001\u0001`],
    ["without an end", (token) => `n,,\u0001auth=Bearer ${token}`],
    ["as Basic", (token) => `n,,\u0001auth=Basic ${token}\u0001\u0001`],
    ["not at all", () => ""],
  ])("is refused when it is sent %s", async (_, message) => {
    expect((await present(message(await good()))).error).toBe("SASL_AUTHENTICATION_FAILED")
  })

  it("is never in the log, nor what is in it", async () => {
    const token = await good({ sub: "somebody-secret", aud: "other" })
    await present(bearer(token))
    expect(JSON.stringify(broker.log)).not.toContain(token.slice(0, 30))
    expect(JSON.stringify(broker.log)).not.toContain("somebody-secret")
  })

  it("is checked by other keys once they are exchanged, and by the former when the new ones are none", async () => {
    const token = await good()
    broker.broker.setTokenRules(rulesWith(await keySet(stranger, "one")))
    expect((await presentOnce(token)).error).toBe("SASL_AUTHENTICATION_FAILED")
    expect(() => broker.broker.setTokenRules(rulesWith("{}"))).toThrow(/key set/)
    expect((await presentOnce(await signed({ ...claims, exp: soon() }, { by: stranger.privateKey }))).error).toBe("NONE")
    broker.broker.setTokenRules(rulesWith(await keySet(keys, "one")))
  })
})

async function presentOnce(token: string) {
  await using wire = await WireClient.connect(broker)
  await handshake(wire, "OAUTHBEARER")
  const first = await sendToken(wire, bearer(token))
  return first.reply === "" ? first : await sendToken(wire, "\u0001")
}

async function withOwnKey(): Promise<string> {
  const jwk = await exportJWK(stranger.publicKey)
  return signed({ ...claims, exp: soon() }, { by: stranger.privateKey, header: { jwk, kid: undefined } })
}

async function withPublicKeyAsSecret(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(keys.publicKey))
  return new SignJWT({ ...claims, exp: soon() }).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(secret)
}

function tampered(token: string): string {
  const [header, payload = "", signature] = token.split(".")
  const claimed = { ...JSON.parse(Buffer.from(payload, "base64url").toString("utf8")), sub: "admin" }
  return [header, Buffer.from(JSON.stringify(claimed)).toString("base64url"), signature].join(".")
}
