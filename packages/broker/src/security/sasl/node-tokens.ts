// JSON web tokens by `jose`. A binding: it fetches key sets and knows the wall clock. Only signatures by a private key count: no `none`, and
// no secret that both sides share.
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose"
import { BrokerError } from "../../errors.ts"
import type { Clock } from "../../ports.ts"
import type { TokenVerifier, VerifiedToken } from "./oauthbearer.ts"

export interface TokenRules {
  readonly issuer: string
  readonly audience: string
  /** The text of a JSON web key set, or where it is. */
  readonly keys: { readonly jwks: string } | { readonly url: string }
  /** The claim that names the user. */
  readonly principalClaim: string
}

const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
const clockToleranceSeconds = 30
const longestUser = 1_024

export function tokenVerifier(rules: TokenRules, clock: Clock): TokenVerifier {
  const keys = keysOf(rules.keys)
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms,
          issuer: rules.issuer,
          audience: rules.audience,
          requiredClaims: ["exp", "iss", "aud", rules.principalClaim],
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(clock.wall()),
        })
        return userOf(payload, rules.principalClaim)
      } catch (error) {
        return { refused: error instanceof errors.JOSEError ? `${error.code}: ${error.message}` : "the keys cannot be read" }
      }
    },
  }
}

function userOf(payload: JWTPayload, claim: string): VerifiedToken | { refused: string } {
  const user = payload[claim]
  if (typeof user !== "string" || user === "" || user.length > longestUser) return { refused: `the claim ${claim} is no name` }
  return { user, expiresAtMs: (payload.exp ?? 0) * 1_000 }
}

function keysOf(keys: TokenRules["keys"]): JWTVerifyGetKey {
  if ("url" in keys)
    return createRemoteJWKSet(new URL(keys.url), { timeoutDuration: 5_000, cooldownDuration: 10_000, cacheMaxAge: 600_000 })
  try {
    const set = JSON.parse(keys.jwks) as JSONWebKeySet
    if (!set.keys.some((key) => key.kty !== "oct")) throw new TypeError("it holds no public key")
    return createLocalJWKSet(set)
  } catch (cause) {
    throw new BrokerError("CONFIG_INVALID", "the key set is no JSON web key set with a public key", { cause, path: "/security/oauth/keys" })
  }
}
