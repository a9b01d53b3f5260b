/**
 * Proving who this client is, on a connection that has just learned its versions: PLAIN, or SCRAM (RFC 5802), where the broker has to prove
 * in turn that it knows the password. Nothing here is retried: a wrong password stays wrong.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"
import { errorName } from "@rivven/protocol"
import { SaslAuthenticate, SaslHandshake } from "@rivven/protocol/messages"
import type { Connection } from "./connection.ts"
import { brokerFailed, failed, ok, type Result } from "./errors.ts"

export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"

/** PLAIN sends the password itself: use it over TLS only. */
export type SaslOptions = { mechanism: SaslMechanism; user: string; password: string }

type Send = (token: Uint8Array | string) => Promise<Result<Uint8Array>>

const unsupportedMechanism = 33
const derive = promisify(pbkdf2)
const hashes = { "SCRAM-SHA-256": { name: "sha256", bytes: 32 }, "SCRAM-SHA-512": { name: "sha512", bytes: 64 } } as const
/** Fewer make guessing cheap, more let a hostile broker keep this process busy. */
const iterationBounds = { least: 4_096, most: 1_000_000 }

export async function authenticate(connection: Pick<Connection, "send">, sasl: SaslOptions, leftMs: () => number): Promise<Result<void>> {
  const { mechanism } = sasl
  const answer = await connection.send(SaslHandshake, { mechanism }, { timeoutMs: leftMs(), minVersion: 1 })
  if (!answer.ok) return answer
  const { errorCode, mechanisms } = answer.value
  if (errorCode === unsupportedMechanism)
    return brokerFailed(errorCode, `the broker does not take ${mechanism}, but ${mechanisms.join(", ") || "nothing else"}`)
  if (errorCode !== 0) return brokerFailed(errorCode, mechanism)
  const send: Send = async (token) => {
    const authBytes = typeof token === "string" ? Buffer.from(token) : token
    const step = await connection.send(SaslAuthenticate, { authBytes }, { timeoutMs: leftMs() })
    if (!step.ok) return step
    return step.value.errorCode === 0 ? ok(step.value.authBytes) : brokerFailed(step.value.errorCode, step.value.errorMessage)
  }
  if (mechanism !== "PLAIN") return scram({ ...sasl, mechanism }, send)
  const done = await send(`\0${sasl.user}\0${sasl.password}`)
  return done.ok ? ok(undefined) : done
}

type Scram = SaslOptions & { mechanism: keyof typeof hashes }

async function scram({ mechanism, user, password }: Scram, send: Send): Promise<Result<void>> {
  const { name: hash, bytes } = hashes[mechanism]
  const mac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest()
  const nonce = randomBytes(24).toString("base64url")
  const clientFirst = `n=${user.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`
  const first = await send(`n,,${clientFirst}`)
  if (!first.ok) return first
  const challenge = readChallenge(first.value, nonce)
  if (!challenge.ok) return challenge
  const { serverFirst, serverNonce, salt, iterations } = challenge.value
  const salted = await derive(password, salt, iterations, bytes, hash)
  const clientKey = mac(salted, "Client Key")
  const withoutProof = `c=biws,r=${serverNonce}`
  const authMessage = `${clientFirst},${serverFirst},${withoutProof}`
  const signature = mac(createHash(hash).update(clientKey).digest(), authMessage)
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
  const last = await send(`${withoutProof},p=${proof.toString("base64")}`)
  if (!last.ok) return last
  const answer = attributesOf(last.value)
  if (answer.has("e")) return brokerFailed(authenticationFailed, `the broker refused: ${answer.get("e")}`)
  const theirs = Buffer.from(answer.get("v") ?? "", "base64")
  const ours = mac(mac(salted, "Server Key"), authMessage)
  if (theirs.length === ours.length && timingSafeEqual(theirs, ours)) return ok(undefined)
  return failed("UNTRUSTED_BROKER", "the broker does not know the password: its signature is wrong")
}

const authenticationFailed = 58

type Challenge = { serverFirst: string; serverNonce: string; salt: Uint8Array; iterations: number }

function readChallenge(bytes: Uint8Array, nonce: string): Result<Challenge> {
  const attributes = attributesOf(bytes)
  const serverNonce = attributes.get("r") ?? ""
  const salt = Buffer.from(attributes.get("s") ?? "", "base64")
  const iterations = attributes.get("i") ?? ""
  if (!serverNonce.startsWith(nonce) || serverNonce.length === nonce.length)
    return failed("UNTRUSTED_BROKER", "the broker's SCRAM nonce does not continue ours")
  if (salt.length === 0) return failed("UNTRUSTED_BROKER", "the broker's SCRAM challenge is without a salt")
  const { least, most } = iterationBounds
  if (!/^\d{1,10}$/.test(iterations) || Number(iterations) < least || Number(iterations) > most)
    return failed("UNTRUSTED_BROKER", `the broker asks for ${iterations.slice(0, 20)} SCRAM iterations; taken are ${least} to ${most}`)
  return ok({ serverFirst: Buffer.from(bytes).toString("utf8"), serverNonce, salt, iterations: Number(iterations) })
}

/** `a=…,b=…`; of a name given twice the first counts. */
function attributesOf(bytes: Uint8Array): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const part of Buffer.from(bytes).toString("utf8").split(",")) {
    if (part[1] === "=" && !attributes.has(part[0] ?? "")) attributes.set(part[0] ?? "", part.slice(2))
  }
  return attributes
}

/** No other broker of the cluster would decide otherwise, and trying again only looks like guessing. */
export const isRefusedIdentity = (code: string): boolean => identityCodes.has(code)

const identityCodes: ReadonlySet<string> = new Set([
  "UNTRUSTED_BROKER",
  errorName(unsupportedMechanism),
  errorName(authenticationFailed),
  "ILLEGAL_SASL_STATE",
])
