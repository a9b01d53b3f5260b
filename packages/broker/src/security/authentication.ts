// Who is on the other side of one connection: the state from the first byte to the end of the session (KIP-43, KIP-152, KIP-368). Asked by
// the dispatcher before every request, and fed by the handlers of SaslHandshake and SaslAuthenticate. Owned by its connection.
//
//   fresh → handshaken → exchanging → known → (handshaken → exchanging → known)…      any failure → failed
import type { ErrorName } from "@rivven/protocol"
import type { Clock } from "../ports.ts"
import { anonymous, type Principal } from "./principal.ts"
import type { BackOff } from "./sasl/back-off.ts"
import { type CredentialKey, type Exchange, type Mechanism, nothing, type Step } from "./sasl/exchange.ts"

export type AuthenticationOutcome = "success" | "failure"

/** What is the same for all connections of one listener. */
export interface AuthenticationRules {
  /** Empty on a listener without SASL: there everybody is known from the start. */
  readonly mechanisms: ReadonlyMap<string, Mechanism>
  readonly clock: Clock
  readonly backOff: BackOff
  /** The longest session before the client has to prove itself again; 0 is without end. */
  readonly maxSessionMs: () => number
  /** A place for one more connection of this principal; null when there is none. */
  readonly claim: (principal: Principal) => (() => void) | null
  readonly onOutcome: (mechanism: string, outcome: AuthenticationOutcome) => void
}

export interface AuthenticationOptions {
  readonly rules: AuthenticationRules
  readonly address: string
  /** Proved by a client certificate. */
  readonly certified: Principal | null
  readonly deadlineMs: number
  readonly failureDelayMs: number
}

export interface Answered {
  readonly error: ErrorName
  readonly message: string | null
  readonly reply: Uint8Array
  readonly lifetimeMs: number
  /** The connection ends after this answer, with the reason for the log. */
  readonly closes?: string
}

type State = "fresh" | "handshaken" | "known" | "failed"

const [handshakeKey, versionsKey, authenticateKey] = [17, 18, 36]
/** Proving oneself again is work: at most so often. */
const leastSessionMs = 1_000

export class Authentication {
  readonly #options: AuthenticationOptions
  #state: State = "fresh"
  #principal: Principal
  #mechanism: Mechanism | null = null
  #exchange: Exchange | null = null
  #credential: CredentialKey | null = null
  #takesRawTokens = false
  #knownAtMs = Number.NEGATIVE_INFINITY
  #expiresAtMs = Number.POSITIVE_INFINITY
  #onKnown: (refused: string | null) => void = () => {}
  #releaseClaim: () => void = () => {}
  #cancelDeadline: () => void = () => {}
  #hasLeft = false

  constructor(options: AuthenticationOptions) {
    this.#options = options
    this.#principal = this.#needsSasl ? anonymous : (options.certified ?? anonymous)
  }

  get principal(): Principal {
    return this.#principal
  }

  /** What may be chosen, in the order of preference. */
  get mechanisms(): Iterable<string> {
    return this.#options.rules.mechanisms.keys()
  }

  /** By which stored credential the session was opened, if by one. */
  get credential(): CredentialKey | null {
    return this.#credential
  }

  /** Whether requests other than those of the authentication are served. */
  get isKnown(): boolean {
    return !this.#needsSasl || this.#principal !== anonymous
  }

  get #needsSasl(): boolean {
    return this.#options.rules.mechanisms.size > 0
  }

  /** The next frame is a bare token without a header, as SaslHandshake version 0 asks for. */
  get takesRawTokens(): boolean {
    return this.#takesRawTokens && this.#state === "handshaken"
  }

  /** Called once when it is known who is there, or with the reason why the connection has to end. Starts the clock. */
  onKnown(listener: (refused: string | null) => void): void {
    this.#onKnown = listener
    const { deadlineMs, rules } = this.#options
    if (!this.#needsSasl) this.#enter(this.#principal)
    else this.#cancelDeadline = rules.clock.after(deadlineMs, () => listener("did not authenticate in time"))
  }

  leave(): void {
    this.#hasLeft = true
    this.#cancelDeadline()
    this.#releaseClaim()
  }

  /** Why a request of this API may not be served now; undefined when it may. */
  refuses(apiKey: number): string | undefined {
    if (apiKey === handshakeKey || apiKey === authenticateKey) return undefined
    if (this.#state === "failed") return "the connection failed to authenticate"
    if (!this.isKnown) return apiKey === versionsKey && this.#state === "fresh" ? undefined : `API ${apiKey} before authentication`
    return this.#isExpired ? "the session has expired" : undefined
  }

  handshake(name: string, version: number): { readonly error: ErrorName; readonly closes?: string } {
    if (!this.#mayBegin()) return this.#illegal("SaslHandshake at this point")
    const mechanism = this.#options.rules.mechanisms.get(name)
    if (!mechanism) {
      this.#fail(knownName(name))
      return { error: "UNSUPPORTED_SASL_MECHANISM", closes: "unsupported SASL mechanism" }
    }
    if (this.isKnown && mechanism !== this.#mechanism) {
      this.#fail(mechanism.name)
      return { error: "ILLEGAL_SASL_STATE", closes: "another mechanism than the session began with" }
    }
    this.#mechanism = mechanism
    this.#exchange = mechanism.begin((user) => this.#admit(user))
    this.#takesRawTokens = version === 0
    this.#state = "handshaken"
    return { error: "NONE" }
  }

  async authenticate(token: Uint8Array): Promise<Answered> {
    const exchange = this.#exchange
    if (this.#state !== "handshaken" || !exchange || !this.#mechanism) {
      const { error, closes } = this.#illegal("SaslAuthenticate before SaslHandshake")
      return { error, message: "SaslAuthenticate follows SaslHandshake", reply: nothing, lifetimeMs: 0, closes }
    }
    const step = await exchange.step(token)
    if (step.type === "continue") return { error: "NONE", message: null, reply: step.reply, lifetimeMs: 0 }
    if (step.type === "done") return this.#succeed(step, this.#mechanism)
    return this.#refuse(step.reason, this.#mechanism, step.user)
  }

  #mayBegin(): boolean {
    if (!this.#needsSasl || this.#state === "failed") return false
    if (this.#state === "fresh") return true
    return this.#state === "known" && this.#options.rules.clock.monotonic() - this.#knownAtMs >= leastSessionMs
  }

  get #isExpired(): boolean {
    return this.#options.rules.clock.monotonic() > this.#expiresAtMs
  }

  async #admit(user: string): Promise<boolean> {
    const waitMs = this.#options.rules.backOff.enter(this.#options.address, user)
    if (waitMs === null) return false
    if (waitMs > 0) await this.#pause(waitMs)
    return !this.#hasLeft
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#options.rules.clock.after(ms, resolve))
  }

  #succeed(done: Extract<Step, { type: "done" }>, mechanism: Mechanism): Promise<Answered> | Answered {
    const { rules, address } = this.#options
    const principal: Principal = { type: "User", name: done.user }
    if (this.isKnown && principal.name !== this.#principal.name)
      return this.#refuse(`the session is ${this.#principal.name}'s, not ${done.user}'s`, mechanism, done.user)
    const lifetimeMs = this.#lifetimeMs(done.expiresAtMs)
    if (lifetimeMs !== null && lifetimeMs <= 0) return this.#refuse("the credential has expired", mechanism, done.user)
    rules.backOff.succeeded(address, done.user)
    rules.onOutcome(mechanism.name, "success")
    this.#exchange = null
    this.#credential = done.credential ?? null
    this.#state = "known"
    this.#knownAtMs = rules.clock.monotonic()
    this.#expiresAtMs = lifetimeMs === null ? Number.POSITIVE_INFINITY : this.#knownAtMs + lifetimeMs
    if (!this.isKnown) this.#enter(principal)
    return { error: "NONE", message: null, reply: done.reply, lifetimeMs: lifetimeMs ?? 0 }
  }

  /** Null is without end. */
  #lifetimeMs(expiresAtMs: number | undefined): number | null {
    const { clock, maxSessionMs } = this.#options.rules
    const ends = [maxSessionMs() || null, expiresAtMs === undefined ? null : Math.floor(expiresAtMs - clock.wall())]
    const bounded = ends.filter((end): end is number => end !== null)
    return bounded.length === 0 ? null : Math.min(...bounded)
  }

  #enter(principal: Principal): void {
    if (this.#hasLeft) return
    this.#principal = principal
    this.#cancelDeadline()
    const release = this.#options.rules.claim(principal)
    if (release) this.#releaseClaim = release
    this.#onKnown(release ? null : `${principal.type}:${principal.name} has as many connections as allowed`)
  }

  async #refuse(reason: string, mechanism: Mechanism, user?: string): Promise<Answered> {
    const { backOff } = this.#options.rules
    if (user !== undefined) backOff.failed(this.#options.address, user)
    this.#fail(mechanism.name)
    await this.#pause(this.#options.failureDelayMs)
    const message = mechanism.failure
    return { error: "SASL_AUTHENTICATION_FAILED", message, reply: nothing, lifetimeMs: 0, closes: `${mechanism.name}: ${reason}` }
  }

  #fail(mechanism: string): void {
    this.#state = "failed"
    this.#exchange = null
    if (this.#needsSasl) this.#options.rules.onOutcome(mechanism, "failure")
  }

  /** Who is known already has done no harm. */
  #illegal(what: string): { readonly error: ErrorName; readonly closes?: string } {
    if (!this.#needsSasl || this.#state === "known") return { error: "ILLEGAL_SASL_STATE" }
    this.#fail(this.#mechanism?.name ?? "none")
    return { error: "ILLEGAL_SASL_STATE", closes: what }
  }
}

/** A label of metrics: never what a client made up. */
const knownName = (name: string): string =>
  ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"].includes(name) ? name : "unknown"
