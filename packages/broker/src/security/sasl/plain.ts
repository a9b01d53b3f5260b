// PLAIN (RFC 4616): the password itself, so only inside TLS unless a listener allows it by name. It is checked against the same credentials
// as SCRAM; unknown users cost the same work.
import type { Credentials } from "../credentials.ts"
import { isPassword, type ScramMechanism } from "../scram-credential.ts"
import { type Admit, type Exchange, type Mechanism, nothing, type Step, tooOften } from "./exchange.ts"

const longest = 1_024
const strongestFirst: readonly ScramMechanism[] = ["SCRAM-SHA-512", "SCRAM-SHA-256"]

export function plain(credentials: Credentials): Mechanism {
  return {
    name: "PLAIN",
    failure: "Authentication failed: Invalid username or password",
    begin: (admit) => new PlainExchange(credentials, admit),
  }
}

class PlainExchange implements Exchange {
  readonly #admit: Admit
  readonly #credentials: Credentials

  constructor(credentials: Credentials, admit: Admit) {
    this.#admit = admit
    this.#credentials = credentials
  }

  async step(token: Uint8Array): Promise<Step> {
    const [authzid, user, password, ...rest] = Buffer.from(token).toString("utf8").split("\u0000")
    if (authzid === undefined || !user || !password || rest.length > 0) return { type: "failed", reason: "not authzid, user and password" }
    if (user.length > longest || password.length > longest) return { type: "failed", reason: "user or password is too long" }
    if (authzid !== "" && authzid !== user) return { type: "failed", reason: "authzid differs from the user name", user }
    if (!(await this.#admit(user))) return { type: "failed", reason: tooOften, user }
    const mechanism = strongestFirst.find((one) => this.#credentials.find(user, one)) ?? "SCRAM-SHA-512"
    const known = this.#credentials.find(user, mechanism)
    const isRight = await isPassword(mechanism, known ?? this.#credentials.decoy(user, mechanism), password)
    // It may have been deleted while the password was hashed.
    const isStill = known !== undefined && this.#credentials.find(user, mechanism) === known
    if (!isRight || !isStill) return { type: "failed", reason: known ? "wrong password" : "unknown user", user }
    return { type: "done", reply: nothing, user, credential: { user, mechanism } }
  }
}
