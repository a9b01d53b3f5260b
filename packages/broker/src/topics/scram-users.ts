// The SCRAM credentials that admins have stored, as the metadata log says. Part of the catalog.
import type { ScramCredential, ScramMechanism } from "../security/scram-credential.ts"
import type { MetadataRecord } from "./metadata-records.ts"

type ScramRecord = Extract<MetadataRecord, { type: "scramCredential" | "removeScramCredential" }>

export class ScramUsers {
  readonly #byUser = new Map<string, Map<ScramMechanism, ScramCredential>>()

  apply(record: ScramRecord): void {
    const { user, mechanism } = record
    const ofUser = this.#byUser.get(user) ?? new Map<ScramMechanism, ScramCredential>()
    if (record.type === "scramCredential") ofUser.set(mechanism, record.credential)
    else ofUser.delete(mechanism)
    if (ofUser.size > 0) this.#byUser.set(user, ofUser)
    else this.#byUser.delete(user)
  }

  credential(user: string, mechanism: ScramMechanism): ScramCredential | undefined {
    return this.#byUser.get(user)?.get(mechanism)
  }

  users(): Iterable<string> {
    return this.#byUser.keys()
  }
}
