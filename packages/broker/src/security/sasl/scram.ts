// SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, 7677), the server's half. Unknown users get a decoy and the same work, so that neither answer
// nor time tells whether a name exists. No channel binding, as in Kafka; no delegation tokens.
import type { Random } from "../../ports.ts"
import type { Credentials } from "../credentials.ts"
import { hashBytes, type ScramCredential, type ScramMechanism, verifyProof } from "../scram-credential.ts"
import { type Admit, type Exchange, type Mechanism, type Step, tooOften } from "./exchange.ts"

interface First {
  readonly gs2Header: string
  readonly user: string
  readonly authzid: string | null
  readonly nonce: string
  /** Without the header: the first part of what is signed. */
  readonly bare: string
}

interface Final {
  readonly channel: string
  readonly nonce: string
  readonly proof: Uint8Array
  readonly withoutProof: string
}

const nonceBytes = 24
const longestName = 1_024
const printable = /^[\x21-\x2b\x2d-\x7e]+$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export function scram(name: ScramMechanism, { credentials, random }: { credentials: Credentials; random: Random }): Mechanism {
  return {
    name,
    failure: `Authentication failed during authentication due to invalid credentials with SASL mechanism ${name}`,
    begin: (admit) => new ScramExchange({ name, credentials, random, admit }),
  }
}

interface ScramOptions {
  readonly name: ScramMechanism
  readonly credentials: Credentials
  readonly random: Random
  readonly admit: Admit
}

class ScramExchange implements Exchange {
  readonly #admit: Admit
  readonly #name: ScramMechanism
  readonly #credentials: Credentials
  readonly #random: Random
  #first: First | null = null
  #serverFirst = ""
  #nonce = ""
  #credential: ScramCredential | null = null
  #isKnown = false

  constructor({ name, credentials, random, admit }: ScramOptions) {
    this.#admit = admit
    this.#name = name
    this.#credentials = credentials
    this.#random = random
  }

  step(token: Uint8Array): Step | Promise<Step> {
    const text = utf8(token)
    if (text === null) return failed("the token is not UTF-8", this.#first?.user)
    return this.#first === null ? this.#begin(text) : this.#finish(text, this.#first)
  }

  async #begin(text: string): Promise<Step> {
    const first = readFirst(text)
    if (typeof first === "string") return failed(first)
    const { user, authzid } = first
    if (authzid !== null && authzid !== user) return failed("authzid differs from the user name", user)
    this.#first = first
    if (!(await this.#admit(user))) return failed(tooOften, user)
    const known = this.#credentials.find(user, this.#name)
    const decoy = this.#credentials.decoy(user, this.#name)
    this.#isKnown = known !== undefined
    this.#credential = known ?? decoy
    this.#nonce = first.nonce + Buffer.from(this.#random.bytes(nonceBytes)).toString("base64")
    const salt = Buffer.from(this.#credential.salt).toString("base64")
    this.#serverFirst = `r=${this.#nonce},s=${salt},i=${this.#credential.iterations}`
    return { type: "continue", reply: Buffer.from(this.#serverFirst) }
  }

  #finish(text: string, { user, gs2Header, bare }: First): Step {
    const final = readFinal(text, hashBytes(this.#name))
    const credential = this.#credential
    if (credential === null) return failed("the last message came before the first was answered", user)
    if (typeof final === "string") return failed(final, user)
    if (final.nonce !== this.#nonce) return failed("the nonce is not the one of this exchange", user)
    if (final.channel !== Buffer.from(gs2Header).toString("base64")) return failed("the channel binding is not the one announced", user)
    const authMessage = `${bare},${this.#serverFirst},${final.withoutProof}`
    const signature = verifyProof(this.#name, credential, { proof: final.proof, authMessage })
    // It may have been deleted since the first message.
    const isStill = this.#credentials.find(user, this.#name) === credential
    if (!signature || !isStill) return failed(this.#isKnown ? "wrong password" : "unknown user", user)
    const reply = Buffer.from(`v=${Buffer.from(signature).toString("base64")}`)
    return { type: "done", reply, user, credential: { user, mechanism: this.#name } }
  }
}

const failed = (reason: string, user?: string): Step => ({ type: "failed", reason, user })

/** `n,a=authzid,n=user,r=nonce[,extensions]`; a sentence when it is not that. */
function readFirst(text: string): First | string {
  const match = /^([ny]),(?:a=([^,]*))?,(.*)$/s.exec(text)
  if (!match) return text.startsWith("p=") ? "channel binding is not offered" : "the first message has no GS2 header"
  const [, flag, rawAuthzid, bare = ""] = match
  const [rawUser, rawNonce, ...extensions] = bare.split(",")
  const user = rawUser?.startsWith("n=") ? readName(rawUser.slice(2)) : null
  const authzid = rawAuthzid === undefined ? null : readName(rawAuthzid)
  if (user === null || (rawAuthzid !== undefined && authzid === null)) return "the user name is missing or badly escaped"
  const nonce = rawNonce?.startsWith("r=") ? rawNonce.slice(2) : ""
  if (!printable.test(nonce)) return "the nonce is missing or not printable"
  if (extensions.some((extension) => !/^[A-Za-z]=/.test(extension) || extension.startsWith("m="))) return "an extension is not supported"
  return { gs2Header: `${flag},${rawAuthzid === undefined ? "" : `a=${rawAuthzid}`},`, user, authzid, nonce, bare }
}

/** `c=channel,r=nonce[,extensions],p=proof`; the proof is last. */
function readFinal(text: string, proofBytes: number): Final | string {
  const at = text.lastIndexOf(",p=")
  const [channel, nonce] = text.slice(0, Math.max(0, at)).split(",")
  if (at < 0 || !channel?.startsWith("c=") || !nonce?.startsWith("r=")) return "the last message is not channel, nonce and proof"
  const encoded = text.slice(at + 3)
  const proof = base64.test(encoded) ? Buffer.from(encoded, "base64") : null
  if (proof?.length !== proofBytes) return "the proof has another size"
  return { channel: channel.slice(2), nonce: nonce.slice(2), proof, withoutProof: text.slice(0, at) }
}

/** `=2C` is a comma and `=3D` an equals sign; nothing else may follow one. Null when it is no name. */
function readName(escaped: string): string | null {
  if (escaped === "" || escaped.length > longestName || /=(?!2C|3D)/.test(escaped) || escaped.includes("\u0000")) return null
  return escaped.replaceAll("=2C", ",").replaceAll("=3D", "=")
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // Not UTF-8: the caller says so.
    return null
  }
}
