// The client's half of SASL over a `WireClient`, written for tests alone: shares no code with the broker, and can be told to misbehave.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"
import { errorName } from "@rivven/protocol"
import { SaslAuthenticate, SaslHandshake } from "@rivven/protocol/messages"
import type { WireClient } from "./wire-client.ts"

export interface Login {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"
  readonly user: string
  readonly password: string
}

export interface LoginOutcome {
  readonly error: string
  readonly message: string | null
  readonly lifetimeMs: number
}

/** What a test changes of a SCRAM exchange. */
export interface ScramTwists {
  readonly gs2?: string
  readonly user?: string
  readonly nonce?: string
  readonly first?: (message: string) => string
  readonly final?: (message: string, proof: string) => string
}

export async function handshake(wire: WireClient, mechanism: string, version = 1) {
  const { errorCode, mechanisms } = await wire.call(SaslHandshake, version, { mechanism })
  return { error: errorName(errorCode), mechanisms }
}

export async function sendToken(wire: WireClient, token: Uint8Array | string) {
  const authBytes = typeof token === "string" ? Buffer.from(token) : token
  const answer = await wire.call(SaslAuthenticate, 2, { authBytes })
  const { errorCode, errorMessage: message, sessionLifetimeMs: lifetimeMs } = answer
  return { error: errorName(errorCode), message, lifetimeMs, reply: Buffer.from(answer.authBytes).toString("utf8") }
}

/** Handshake and tokens; what the broker said last. */
export async function logIn(wire: WireClient, { mechanism, user, password }: Login): Promise<LoginOutcome> {
  const { error } = await handshake(wire, mechanism)
  if (error !== "NONE") return { error, message: null, lifetimeMs: 0 }
  if (mechanism === "PLAIN") return sendToken(wire, `\u0000${user}\u0000${password}`)
  return exchangeScram(wire, { mechanism, user, password })
}

/** The tokens of SCRAM after the handshake. Throws when the broker's signature is wrong. */
export async function exchangeScram(wire: WireClient, login: Login, twists: ScramTwists = {}): Promise<LoginOutcome> {
  const { gs2 = "n,,", nonce = randomBytes(18).toString("base64"), user = escaped(login.user) } = twists
  const bare = `n=${user},r=${nonce}`
  const challenge = await sendToken(wire, twists.first ? twists.first(gs2 + bare) : gs2 + bare)
  if (challenge.error !== "NONE") return challenge
  const fields = Object.fromEntries(challenge.reply.split(",").map((field) => [field[0], field.slice(2)]))
  const withoutProof = `c=${Buffer.from(gs2).toString("base64")},r=${fields.r}`
  const { proof, signature } = prove(
    login,
    { salt: String(fields.s), iterations: Number(fields.i) },
    `${bare},${challenge.reply},${withoutProof}`,
  )
  const final = `${withoutProof},p=${proof}`
  const answer = await sendToken(wire, twists.final ? twists.final(final, proof) : final)
  if (answer.error === "NONE" && answer.reply !== `v=${signature}`) throw new Error("the broker's signature is wrong")
  return answer
}

export function prove({ mechanism, password }: Login, { salt, iterations }: { salt: string; iterations: number }, authMessage: string) {
  const [hash, size] = mechanism === "SCRAM-SHA-512" ? ["sha512", 64] : ["sha256", 32]
  const mac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest()
  const salted = saltedOnce(`${hash} ${iterations} ${salt} ${password}`, () =>
    pbkdf2Sync(password, Buffer.from(salt, "base64"), iterations, size, hash),
  )
  const clientKey = mac(salted, "Client Key")
  const clientSignature = mac(createHash(hash).update(clientKey).digest(), authMessage)
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0))).toString("base64")
  return { proof, signature: mac(mac(salted, "Server Key"), authMessage).toString("base64") }
}

/** As clients do: the slow part is the same for all connections of a user. */
const known = new Map<string, Uint8Array>()

function saltedOnce(key: string, make: () => Uint8Array): Uint8Array {
  const salted = known.get(key) ?? make()
  known.set(key, salted)
  return salted
}

const escaped = (name: string): string => name.replaceAll("=", "=3D").replaceAll(",", "=2C")
