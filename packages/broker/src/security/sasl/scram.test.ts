// A4: what a SCRAM client may try. Every attempt over the wire, against users of both kinds, and nobody but the owner gets in.
import { pbkdf2Sync, randomBytes } from "node:crypto"
import { errorName } from "@rivven/protocol"
import { AlterUserScramCredentials, SaslAuthenticate } from "@rivven/protocol/messages"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestBroker, type TestBroker } from "../../testing/in-process.ts"
import { exchangeScram, handshake, type Login, logIn, prove, type ScramTwists, sendToken } from "../../testing/sasl-login.ts"
import { WireClient } from "../../testing/wire-client.ts"

const mechanisms = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const
type Mechanism = (typeof mechanisms)[number]

const failure = (mechanism: string) =>
  `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`

let broker: TestBroker

beforeAll(async () => {
  broker = await startTestBroker({
    listeners: [{ name: "client", listen: { host: "127.0.0.1", port: 0 }, protocol: "SASL_PLAINTEXT", mechanisms: [...mechanisms] }],
    security: { users: [{ name: "alice", password: "alices" }] },
    limits: { failureDelayMs: 1 },
  })
})
afterAll(() => broker.stop())

const alice = (mechanism: Mechanism): Login => ({ mechanism, user: "alice", password: "alices" })

/** `closed` when the broker said nothing. */
async function attempt(mechanism: Mechanism, twists: ScramTwists, login = alice(mechanism)): Promise<string> {
  await using wire = await WireClient.connect(broker)
  await handshake(wire, mechanism)
  const outcome = await exchangeScram(wire, login, twists).catch(() => ({ error: "closed", message: "" }))
  if (outcome.error === "SASL_AUTHENTICATION_FAILED") {
    expect(outcome.message).toBe(failure(mechanism))
    await wire.closed()
    // Who got it right once clears the count of failures, so that this table does not wait for itself.
    await using good = await WireClient.connect(broker)
    expect((await logIn(good, alice(mechanism))).error).toBe("NONE")
  }
  return outcome.error
}

const replaceIn = (from: RegExp, to: string) => (message: string) => message.replace(from, to)
const flip = (proof: string, at: number) => {
  const bytes = Buffer.from(proof, "base64")
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes.toString("base64")
}

describe.each(mechanisms)("%s", (mechanism) => {
  it.each<[string, ScramTwists]>([
    ["as it should be", {}],
    ["a client that could bind channels", { gs2: "y,," }],
    ["the user as authzid", { gs2: "n,a=alice," }],
    ["an unknown optional extension", { first: (message) => `${message},x=1` }],
    ["a nonce of one character", { nonce: "!" }],
    ["a long nonce", { nonce: "n".repeat(1_000) }],
  ])("lets in: %s", async (name, twists) => {
    // An extension is signed, too; the helper signs what it sent without it.
    const error = await attempt(mechanism, twists)
    expect(error).toBe(name.includes("extension") ? "SASL_AUTHENTICATION_FAILED" : "NONE")
  })

  it.each<[string, ScramTwists]>([
    // First message.
    ["nothing", { first: () => "" }],
    ["no GS2 header", { first: replaceIn(/^n,,/, "") }],
    ["channel binding", { gs2: "p=tls-unique,," }],
    ["an unknown GS2 flag", { gs2: "x,," }],
    ["another authzid (2017-12610)", { gs2: "n,a=admin," }],
    ["an empty authzid", { gs2: "n,a=," }],
    ["an authzid that is badly escaped", { gs2: "n,a=al=ice," }],
    ["an authzid in capitals", { gs2: "n,a=ALICE," }],
    ["no user", { first: replaceIn(/n=alice,/, "") }],
    ["an empty user", { user: "" }],
    ["a user that is badly escaped", { user: "al=2Xice" }],
    ["a user with a bare equals sign", { user: "ali=ce" }],
    ["a user with a zero byte", { user: "alice\u0000" }],
    ["a user in capitals", { user: "Alice" }],
    ["a user that looks the same", { user: "аlice" }],
    ["a user in another normal form", { user: "alice\u0301" }],
    ["a user with a space", { user: "alice " }],
    ["a user of 60,000 characters", { user: "x".repeat(60_000) }],
    ["no nonce", { first: replaceIn(/,r=.*$/, "") }],
    ["an empty nonce", { first: replaceIn(/,r=.*$/, ",r=") }],
    ["a nonce with a space", { nonce: "a b" }],
    ["a nonce that is not ASCII", { nonce: "ü" }],
    ["a mandatory extension", { first: replaceIn(/^n,,/, "n,,m=x,") }],
    ["an extension that must be understood, at the end", { first: (message) => `${message},m=1` }],
    ["an extension without a name", { first: (message) => `${message},=1` }],
    ["a delegation token", { first: (message) => `${message},tokenauth=true` }],
    ["the last message first", { first: () => "c=biws,r=abc,p=AAAA" }],
    // Last message.
    ["no proof", { final: replaceIn(/,p=.*$/, "") }],
    ["an empty proof", { final: replaceIn(/,p=.*$/, ",p=") }],
    [
      "a proof cut short",
      { final: (message, proof) => message.replace(proof, Buffer.from(proof, "base64").subarray(1).toString("base64")) },
    ],
    [
      "a proof with a byte more",
      {
        final: (message, proof) =>
          message.replace(proof, Buffer.concat([Buffer.from(proof, "base64"), Buffer.alloc(1)]).toString("base64")),
      },
    ],
    [
      "a proof of zeros",
      { final: (message, proof) => message.replace(proof, Buffer.alloc(Buffer.from(proof, "base64").length).toString("base64")) },
    ],
    ["a proof with its first bit flipped", { final: (message, proof) => message.replace(proof, flip(proof, 0)) }],
    ["a proof with its last bit flipped", { final: (message, proof) => message.replace(proof, flip(proof, 31)) }],
    ["a proof that is not base64", { final: (message, proof) => message.replace(proof, proof.replace(/.$/, "*")) }],
    ["a proof with white space", { final: (message, proof) => message.replace(proof, `${proof}\n`) }],
    ["something behind the proof", { final: (message) => `${message},x=1` }],
    ["two proofs", { final: (message, proof) => `${message},p=${proof}x` }],
    ["only the client's nonce (2024-56128)", { nonce: "abc", final: replaceIn(/r=abc[^,]*/, "r=abc") }],
    ["only the server's nonce (2024-56128)", { nonce: "abc", final: replaceIn(/r=abc/, "r=") }],
    ["another client nonce, same server nonce", { nonce: "abc", final: replaceIn(/r=abc/, "r=abd") }],
    ["a doubled nonce", { nonce: "abc", final: replaceIn(/r=abc/, "r=abcabc") }],
    ["a nonce with something behind it", { final: replaceIn(/(r=[^,]*)/, "$1x") }],
    ["no nonce in the end", { final: replaceIn(/r=[^,]*/, "r=") }],
    ["another channel", { final: replaceIn(/^c=biws/, "c=eSws") }],
    [
      "a channel with an authzid that was not announced",
      { final: replaceIn(/^c=biws/, `c=${Buffer.from("n,a=admin,").toString("base64")}`) },
    ],
    ["no channel", { final: replaceIn(/^c=biws,/, "") }],
    ["nothing in the end", { final: () => "" }],
    ["the first message again", { final: () => "n,,n=alice,r=abc" }],
    ["a zero byte in the end", { final: (message) => `${message}\u0000` }],
  ])("refuses: %s", async (_, twists) => {
    expect(await attempt(mechanism, twists)).not.toBe("NONE")
  })

  it("refuses wrong passwords and unknown users with one sentence", async () => {
    for (const [user, password] of [
      ["alice", "Alices"],
      ["alice", "alices "],
      ["bob", "alices"],
      ["admin", ""],
      ["", "x"],
    ] as const)
      expect(await attempt(mechanism, {}, { mechanism, user, password })).toBe("SASL_AUTHENTICATION_FAILED")
  })

  it("refuses a token that is no text", async () => {
    await using wire = await WireClient.connect(broker)
    await handshake(wire, mechanism)
    expect((await sendToken(wire, Uint8Array.of(0xff, 0xfe, 0x80))).error).toBe("SASL_AUTHENTICATION_FAILED")
  })

  it("refuses the recorded messages of somebody who got in (replay)", async () => {
    const recorded: string[] = []
    await using first = await WireClient.connect(broker)
    await handshake(first, mechanism)
    const record = (message: string) => {
      recorded.push(message)
      return message
    }
    expect((await exchangeScram(first, alice(mechanism), { first: record, final: record })).error).toBe("NONE")
    await using replayed = await WireClient.connect(broker)
    await handshake(replayed, mechanism)
    expect((await sendToken(replayed, recorded[0]!)).error).toBe("NONE")
    expect((await sendToken(replayed, recorded[1]!)).error).toBe("SASL_AUTHENTICATION_FAILED")
  })

  it("never gives the same nonce twice, and keeps an unknown user's salt", async () => {
    const replies: string[] = []
    for (const user of ["nobody", "nobody", "alice", "somebody"]) {
      await using wire = await WireClient.connect(broker)
      await handshake(wire, mechanism)
      replies.push((await sendToken(wire, `n,,n=${user},r=abc`)).reply)
    }
    const field = (reply: string | undefined, name: string) => reply?.split(",").find((part) => part.startsWith(`${name}=`))
    expect(new Set(replies.map((reply) => field(reply, "r"))).size).toBe(4)
    expect(field(replies[0], "s")).toBe(field(replies[1], "s"))
    expect(field(replies[0], "s")).not.toBe(field(replies[3], "s"))
    expect(field(replies[0], "s")?.length).toBe(field(replies[2], "s")?.length)
    expect(new Set(replies.map((reply) => field(reply, "i")))).toEqual(new Set(["i=4096"]))
  })

  it("the other mechanism's proof is none", async () => {
    const other = mechanism === "SCRAM-SHA-256" ? "SCRAM-SHA-512" : "SCRAM-SHA-256"
    await using wire = await WireClient.connect(broker)
    await handshake(wire, mechanism)
    const outcome = await exchangeScram(wire, { ...alice(mechanism), mechanism: other })
    expect(outcome.error).toBe("SASL_AUTHENTICATION_FAILED")
  })
})

describe("stored credentials", () => {
  const salted = (iterations: number) => pbkdf2Sync("x", "salt", Math.min(iterations, 5_000), 32, "sha256")
  const good = { name: "carol", mechanism: 1, iterations: 4_096, salt: Buffer.from("salt"), saltedPassword: salted(4_096) }

  async function alter(upsertions: (typeof good)[], deletions: { name: string; mechanism: number }[] = []) {
    await using wire = await WireClient.connect(broker)
    await logIn(wire, alice("SCRAM-SHA-256"))
    const { results } = await wire.call(AlterUserScramCredentials, 0, { deletions, upsertions })
    return results.map(({ user, errorCode }) => `${user} ${errorName(errorCode)}`)
  }

  it.each<[string, Partial<typeof good>, string]>([
    ["1 iteration", { iterations: 1 }, "UNACCEPTABLE_CREDENTIAL"],
    ["4,095 iterations", { iterations: 4_095 }, "UNACCEPTABLE_CREDENTIAL"],
    ["16,385 iterations", { iterations: 16_385 }, "UNACCEPTABLE_CREDENTIAL"],
    ["2^31-1 iterations", { iterations: 2_147_483_647 }, "UNACCEPTABLE_CREDENTIAL"],
    ["negative iterations", { iterations: -1 }, "UNACCEPTABLE_CREDENTIAL"],
    ["no salt", { salt: Buffer.alloc(0) }, "UNACCEPTABLE_CREDENTIAL"],
    ["a salted password of another size", { saltedPassword: Buffer.alloc(31) }, "UNACCEPTABLE_CREDENTIAL"],
    ["no name", { name: "" }, "UNACCEPTABLE_CREDENTIAL"],
    ["a user of the file", { name: "alice" }, "UNACCEPTABLE_CREDENTIAL"],
    ["an unknown mechanism", { mechanism: 3 }, "UNSUPPORTED_SASL_MECHANISM"],
    ["16,384 iterations", { iterations: 16_384 }, "NONE"],
    ["4,096 iterations", {}, "NONE"],
  ])("with %s", async (_, change, error) => {
    expect(await alter([{ ...good, ...change }])).toEqual([`${change.name ?? "carol"} ${error}`])
  })

  it("named twice or missing are told, and only that user's changes are left out", async () => {
    expect(await alter([good, good, { ...good, name: "dave" }], [{ name: "nobody", mechanism: 1 }])).toEqual([
      "nobody RESOURCE_NOT_FOUND",
      "carol DUPLICATE_RESOURCE",
      "dave NONE",
    ])
  })
})

describe("time (2021-38153)", () => {
  it("does not tell an unknown user from a wrong password", async () => {
    const samples = { unknown: [] as number[], wrong: [] as number[] }
    for (let round = 0; round < 60; round++) {
      for (const kind of round % 2 === 0 ? (["unknown", "wrong"] as const) : (["wrong", "unknown"] as const)) {
        await using wire = await WireClient.connect(broker)
        await handshake(wire, "SCRAM-SHA-256")
        const user = kind === "wrong" ? "alice" : "nobody"
        const startedMs = performance.now()
        const { reply } = await sendToken(wire, `n,,n=${user},r=abc`)
        samples[kind].push(performance.now() - startedMs)
        expect(reply).toContain("r=abc")
      }
    }
    expect(rankTest(samples.unknown, samples.wrong)).toBeGreaterThan(0.01)
  })

  it("a proof is checked at once, whoever it is", () => {
    const startedMs = performance.now()
    prove(alice("SCRAM-SHA-256"), { salt: randomBytes(24).toString("base64"), iterations: 4_096 }, "x")
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })
})

describe("frames of a megabyte", () => {
  it("are refused before anything is read of them", async () => {
    await using wire = await WireClient.connect(broker)
    await handshake(wire, "SCRAM-SHA-256")
    wire.push(wire.encode(SaslAuthenticate, 2, { authBytes: Buffer.from(`n,,n=${"x".repeat(1_048_576)},r=abc`) }))
    await wire.closed()
  })
})

/** Mann-Whitney: how likely both samples are of one kind, two-sided, by the normal approximation. */
function rankTest(a: readonly number[], b: readonly number[]): number {
  const u = a.reduce((sum, x) => sum + b.reduce((wins, y) => wins + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0)
  const mean = (a.length * b.length) / 2
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
  const z = Math.abs(u - mean) / deviation
  return Math.min(1, 2 * (1 - normal(z)))
}

/** The normal distribution, after Abramowitz and Stegun 26.2.17. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - Math.exp((-z * z) / 2) * 0.3989422804 * poly
}
