// OAUTHBEARER (RFC 7628, KIP-255): a signed token instead of a password. Signature, issuer, audience and expiry are always checked; who a
// token is for comes from one claim. The token's end is the session's. A signature cannot be guessed, so that failures need no back-off.
import { type Exchange, type Mechanism, nothing, type Step } from "./exchange.ts"

export interface VerifiedToken {
  readonly user: string
  readonly expiresAtMs: number
}

export interface TokenVerifier {
  /** A sentence for the log when the token is not good; never the token itself. */
  verify(token: string): Promise<VerifiedToken | { readonly refused: string }>
}

const longestToken = 32_768
const errorReply = Buffer.from('{"status":"invalid_token"}')
const separator = "\u0001"

export function oauthBearer(verifier: TokenVerifier): Mechanism {
  return { name: "OAUTHBEARER", failure: '{"status":"invalid_token"}', begin: () => new OAuthExchange(verifier) }
}

class OAuthExchange implements Exchange {
  readonly #verifier: TokenVerifier
  #refused: { readonly reason: string; readonly user?: string } | null = null

  constructor(verifier: TokenVerifier) {
    this.#verifier = verifier
  }

  async step(token: Uint8Array): Promise<Step> {
    // After the error the client has one more word, which is a lone separator.
    if (this.#refused) return { type: "failed", ...this.#refused }
    const request = readRequest(Buffer.from(token).toString("utf8"))
    if (typeof request === "string") return { type: "failed", reason: request }
    const verified = await this.#verifier.verify(request.token)
    const reason = "refused" in verified ? verified.refused : whyNotFor(request.authzid, verified.user)
    if (reason === null && "user" in verified) return { type: "done", reply: nothing, ...verified }
    this.#refused = { reason: reason ?? "refused" }
    return { type: "continue", reply: errorReply }
  }
}

function whyNotFor(authzid: string, user: string): string | null {
  return authzid === "" || authzid === user ? null : "authzid differs from the token's user"
}

/** `n,[a=authzid],^Aauth=Bearer token^A[key=value^A]^A` */
function readRequest(text: string): { authzid: string; token: string } | string {
  const [header = "", ...pairs] = text.split(separator)
  const gs2 = /^n,(?:a=([^,]*))?,$/.exec(header)
  if (!gs2 || pairs.at(-1) !== "" || pairs.at(-2) !== "") return "the first message has no GS2 header or no end"
  const authorizations = pairs.filter((pair) => pair.startsWith("auth="))
  const bearer = /^auth=Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorizations[0] ?? "")
  const token = bearer?.[1]
  if (authorizations.length !== 1 || token === undefined || token.length > longestToken) return "there is not exactly one bearer token"
  return { authzid: (gs2[1] ?? "").replaceAll("=2C", ",").replaceAll("=3D", "="), token }
}
