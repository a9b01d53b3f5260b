// The parts that decide who is there, wired once per broker: credentials, mechanisms, back-off, and for each listener the rules of its
// connections. Decides nothing itself.
import type { Clock, Connection, Logger, Random } from "../ports.ts"
import { Authentication, type AuthenticationOptions, type AuthenticationOutcome, type AuthenticationRules } from "./authentication.ts"
import { Credentials, type FileUser, type StoredCredentials } from "./credentials.ts"
import { anonymous, type Principal } from "./principal.ts"
import { BackOff } from "./sasl/back-off.ts"
import type { Mechanism, MechanismName } from "./sasl/exchange.ts"
import { type TokenRules, tokenVerifier } from "./sasl/node-tokens.ts"
import { oauthBearer, type TokenVerifier } from "./sasl/oauthbearer.ts"
import { plain } from "./sasl/plain.ts"
import { scram } from "./sasl/scram.ts"
import { type ListenerSettings, type SecuritySettings, usesSasl } from "./settings.ts"
import { commonNameOf, subjectOf } from "./tls/distinguished-name.ts"

export interface SecurityOptions {
  readonly settings: SecuritySettings
  readonly stored: StoredCredentials
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly maxSessionMs: () => number
  readonly onOutcome: (listener: string, mechanism: string, outcome: AuthenticationOutcome) => void
}

/** Opens the authentication of one connection; a sentence when its certificate names nobody. */
export type Identify = (
  socket: Connection,
  options: Pick<AuthenticationOptions, "address" | "deadlineMs" | "failureDelayMs">,
) => Authentication | { readonly refused: string }

const noTokens: TokenVerifier = { verify: async () => ({ refused: "no tokens are taken" }) }

type Claim = AuthenticationRules["claim"]

export class Security {
  readonly credentials: Credentials
  readonly #options: SecurityOptions
  readonly #backOff: BackOff
  readonly #mechanisms: ReadonlyMap<MechanismName, Mechanism>
  #tokens: TokenVerifier

  private constructor(options: SecurityOptions) {
    const { settings, stored, clock, random } = options
    this.#options = options
    this.credentials = new Credentials(stored, random)
    this.#backOff = new BackOff(clock)
    this.#tokens = settings.oauth ? tokenVerifier(settings.oauth, clock) : noTokens
    const { credentials } = this
    const all = [scram("SCRAM-SHA-512", { credentials, random }), scram("SCRAM-SHA-256", { credentials, random }), plain(credentials)]
    if (settings.oauth) all.push(oauthBearer({ verify: (token) => this.#tokens.verify(token) }))
    this.#mechanisms = new Map(all.map((mechanism) => [mechanism.name, mechanism]))
  }

  static async open(options: SecurityOptions): Promise<Security> {
    const security = new Security(options)
    if (options.settings.users) await security.credentials.setFileUsers(options.settings.users)
    return security
  }

  async setUsers(users: readonly FileUser[]): Promise<void> {
    await this.credentials.setFileUsers(users)
    this.#options.logger.info({ users: users.length }, "read the users of the file again")
  }

  /** Throws CONFIG_INVALID when the keys cannot be used, and changes nothing then. */
  setTokenRules(rules: TokenRules): void {
    this.#tokens = tokenVerifier(rules, this.#options.clock)
    this.#options.logger.info({ issuer: rules.issuer }, "read the keys of tokens again")
  }

  identifyFor(listener: ListenerSettings, claim: Claim): Identify {
    const { clock, maxSessionMs, onOutcome } = this.#options
    const rules: AuthenticationRules = {
      mechanisms: this.#of(listener),
      clock,
      backOff: this.#backOff,
      maxSessionMs,
      claim,
      onOutcome: (mechanism, outcome) => onOutcome(listener.name, mechanism, outcome),
    }
    return ({ certificate }, options) => {
      const certified = certificate && certifiedBy(certificate, listener)
      if (certificate && !certified) return { refused: "the client certificate names nobody" }
      return new Authentication({ ...options, rules, certified })
    }
  }

  #of(listener: ListenerSettings): ReadonlyMap<string, Mechanism> {
    const offered = usesSasl(listener) ? (listener.mechanisms ?? []) : []
    return new Map(offered.flatMap((name) => this.#mechanisms.get(name) ?? []).map((mechanism) => [mechanism.name, mechanism]))
  }
}

function certifiedBy(certificate: Uint8Array, { tls }: ListenerSettings): Principal | null {
  const name = tls?.principal === "cn" ? commonNameOf(certificate) : subjectOf(certificate)
  return name === null || name === anonymous.name ? null : { type: "User", name }
}
