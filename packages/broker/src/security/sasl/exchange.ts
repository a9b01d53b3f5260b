// What a SASL mechanism is to the rest: an exchange per attempt, fed with the client's tokens one by one.

export const mechanismNames = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] as const
export type MechanismName = (typeof mechanismNames)[number]

/** The credential that somebody was let in by: when it is deleted, so are the sessions. */
export interface CredentialKey {
  readonly user: string
  readonly mechanism: "SCRAM-SHA-256" | "SCRAM-SHA-512"
}

export type Step =
  | { readonly type: "continue"; readonly reply: Uint8Array }
  | {
      readonly type: "done"
      readonly reply: Uint8Array
      readonly user: string
      readonly credential?: CredentialKey
      /** What lets the user in ends then, in wall-clock time. */
      readonly expiresAtMs?: number
    }
  /** `reason` is for the log; clients hear one sentence per mechanism, whatever was wrong. `user` as claimed, for the back-off. */
  | { readonly type: "failed"; readonly reason: string; readonly user?: string }

export interface Exchange {
  /** Never throws; runs once per token. */
  step(token: Uint8Array): Step | Promise<Step>
}

/** Asked once it is known who somebody claims to be and before any work is done: false when that one has failed too often. */
export type Admit = (user: string) => Promise<boolean>

export interface Mechanism {
  readonly name: MechanismName
  /** What a client hears of any failure. */
  readonly failure: string
  begin(admit: Admit): Exchange
}

export const tooOften = "too many failures before"
export const nothing = new Uint8Array(0)
