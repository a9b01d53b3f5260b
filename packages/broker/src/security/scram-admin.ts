// Storing and describing SCRAM credentials (KIP-554). Each user's changes are made together or not at all; an answer follows the disk.
import { quote } from "../config.ts"
import { isBrokerError } from "../errors.ts"
import type { Refused } from "../log/model.ts"
import type { KeyedQueue } from "../topics/keyed-queue.ts"
import type { MetadataLog } from "../topics/metadata-log.ts"
import { type MetadataRecord, scramTypes } from "../topics/metadata-records.ts"
import { refuse } from "../topics/refusal.ts"
import type { Credentials } from "./credentials.ts"
import { fromSaltedPassword, hashBytes, iterationBounds, type ScramMechanism, scramMechanisms } from "./scram-credential.ts"

export interface Deletion {
  readonly name: string
  /** Kafka's number. */
  readonly mechanism: number
}

export interface Upsertion extends Deletion {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly saltedPassword: Uint8Array
}

export interface UserResult {
  readonly user: string
  readonly result: { readonly ok: true } | Refused
}

export interface DescribedUser {
  readonly user: string
  readonly result:
    | { readonly ok: true; readonly credentials: readonly { readonly mechanism: number; readonly iterations: number }[] }
    | Refused
}

type Change = (Deletion | Upsertion) & { readonly scram: ScramMechanism | undefined }

const longestName = 255
const longestSalt = 1_024

export class ScramAdmin {
  readonly #credentials: Credentials
  readonly #log: MetadataLog
  readonly #queue: KeyedQueue

  constructor({ credentials, log, queue }: { credentials: Credentials; log: MetadataLog; queue: KeyedQueue }) {
    this.#credentials = credentials
    this.#log = log
    this.#queue = queue
  }

  /** Null or none is all. */
  describe(users: readonly string[] | null): DescribedUser[] {
    if (!users || users.length === 0) return this.#credentials.users().map((user) => this.#describe(user))
    const counts = Map.groupBy(users, (user) => user)
    return [...counts].map(([user, times]) =>
      times.length > 1 ? { user, result: refuse("DUPLICATE_RESOURCE", `${quote(user)} is named twice`) } : this.#describe(user),
    )
  }

  /** One result per user, in the order of the request. */
  alter(deletions: readonly Deletion[], upsertions: readonly Upsertion[]): Promise<UserResult[]> {
    return this.#queue.run("scram", () => this.#alter(deletions, upsertions))
  }

  #describe(user: string): DescribedUser {
    const credentials = scramMechanisms.flatMap((mechanism) => {
      const credential = this.#credentials.find(user, mechanism)
      return credential ? [{ mechanism: scramTypes[mechanism], iterations: credential.iterations }] : []
    })
    if (credentials.length > 0) return { user, result: { ok: true, credentials } }
    return { user, result: refuse("RESOURCE_NOT_FOUND", `${quote(user)} has no SCRAM credential`) }
  }

  async #alter(deletions: readonly Deletion[], upsertions: readonly Upsertion[]): Promise<UserResult[]> {
    const changes = [...deletions, ...upsertions].map((change) => ({ ...change, scram: mechanismOf(change.mechanism) }))
    const byUser = [...Map.groupBy(changes, ({ name }) => name)].map(([user, own]) => ({ user, own, refused: this.#whyNot(own) }))
    const records = byUser.flatMap(({ own, refused }) => (refused ? [] : own.map(recordOf)))
    const failure = records.length > 0 ? await this.#append(records) : null
    return byUser.map(({ user, refused }) => ({ user, result: refused ?? failure ?? { ok: true } }))
  }

  async #append(records: readonly MetadataRecord[]): Promise<Refused | null> {
    try {
      await this.#log.append(records)
    } catch (error) {
      if (isBrokerError(error)) return refuse("KAFKA_STORAGE_ERROR", error.message)
      throw error
    }
    for (const record of records) if (record.type === "removeScramCredential") this.#credentials.removed(record)
    return null
  }

  #whyNot(changes: readonly Change[]): Refused | undefined {
    const twice = Map.groupBy(changes, ({ mechanism }) => mechanism)
    for (const change of changes) {
      const refused = this.#whyNotOne(change)
      if (refused) return refused
      if ((twice.get(change.mechanism)?.length ?? 0) > 1)
        return refuse("DUPLICATE_RESOURCE", `${quote(change.name)} is changed twice for one mechanism`)
    }
    return undefined
  }

  #whyNotOne(change: Change): Refused | undefined {
    const { name, mechanism, scram } = change
    if (name === "" || name.length > longestName || name.includes("\u0000"))
      return refuse("UNACCEPTABLE_CREDENTIAL", `a user name has 1 to ${longestName} characters`)
    if (!scram) return refuse("UNSUPPORTED_SASL_MECHANISM", `mechanism ${mechanism} is none of 1 (SCRAM-SHA-256) and 2 (SCRAM-SHA-512)`)
    if (this.#credentials.isOfFile(name))
      return refuse("UNACCEPTABLE_CREDENTIAL", `${quote(name)} is defined by the users file of this node and can only be changed there`)
    if ("saltedPassword" in change) return whyBad(change, scram)
    if (this.#credentials.find(name, scram)) return undefined
    return refuse("RESOURCE_NOT_FOUND", `${quote(name)} has no credential for ${scram}`)
  }
}

function whyBad({ iterations, salt, saltedPassword }: Upsertion, mechanism: ScramMechanism): Refused | undefined {
  const { least, most } = iterationBounds
  if (iterations < least || iterations > most)
    return refuse("UNACCEPTABLE_CREDENTIAL", `${iterations} iterations are not within ${least} and ${most}`)
  if (salt.length === 0 || salt.length > longestSalt) return refuse("UNACCEPTABLE_CREDENTIAL", `a salt has 1 to ${longestSalt} bytes`)
  if (saltedPassword.length === hashBytes(mechanism)) return undefined
  return refuse("UNACCEPTABLE_CREDENTIAL", `a salted password for ${mechanism} has ${hashBytes(mechanism)} bytes`)
}

function recordOf(change: Change): MetadataRecord {
  const { name: user, scram: mechanism = "SCRAM-SHA-256" } = change
  if (!("saltedPassword" in change)) return { type: "removeScramCredential", user, mechanism }
  const { iterations, salt, saltedPassword } = change
  // The request's bytes are a slice of a larger buffer, which would be kept whole.
  const credential = fromSaltedPassword(mechanism, { salt: Uint8Array.from(salt), iterations, salted: saltedPassword })
  return { type: "scramCredential", user, mechanism, credential }
}

const mechanismOf = (type: number): ScramMechanism | undefined => scramMechanisms.find((mechanism) => scramTypes[mechanism] === type)
