// Who may log in with a password. Two sources: users of the node's own file, which live here, and credentials that admins have stored,
// which live in the metadata log. A user of the file is decided by the file alone. Owns the users of the file and the decoys.
import { createHmac } from "node:crypto"
import type { Random } from "../ports.ts"
import type { CredentialKey } from "./sasl/exchange.ts"
import {
  credentialOf,
  hashBytes,
  iterationBounds,
  mac,
  type ScramCredential,
  type ScramMechanism,
  scramMechanisms,
} from "./scram-credential.ts"

/** Read from the node's file; passwords are turned into credentials and forgotten. */
export interface FileUser {
  readonly name: string
  readonly password: string
}

/** The stored ones, by user. */
export interface StoredCredentials {
  credential(user: string, mechanism: ScramMechanism): ScramCredential | undefined
  users(): Iterable<string>
}

type OfUser = ReadonlyMap<ScramMechanism, ScramCredential>

const isSame = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && Buffer.compare(a, b) === 0

const saltBytes = 24
/** How much of many users' work is done at one time. */
const derivedAtOnce = 16
/** How many users a decoy is chosen among. */
const mostLookedAt = 16

export class Credentials {
  readonly #stored: StoredCredentials
  readonly #random: Random
  readonly #decoySecret: Uint8Array
  readonly #listeners = new Set<(removed: CredentialKey) => void>()
  #ofFile: ReadonlyMap<string, OfUser> = new Map()

  constructor(stored: StoredCredentials, random: Random) {
    this.#stored = stored
    this.#random = random
    this.#decoySecret = random.bytes(32)
  }

  find(user: string, mechanism: ScramMechanism): ScramCredential | undefined {
    const ofFile = this.#ofFile.get(user)
    return ofFile ? ofFile.get(mechanism) : this.#stored.credential(user, mechanism)
  }

  /** The same for the same name, different for others, and of no password: what an unknown user is asked to prove. */
  decoy(user: string, mechanism: ScramMechanism): ScramCredential {
    const secret = createHmac("sha256", this.#decoySecret).update(mechanism).update(user).digest()
    const like = this.#anyLike(secret[0] ?? 0, mechanism)
    const salt = mac("SCRAM-SHA-512", secret, "salt").subarray(0, like?.salt.length ?? saltBytes)
    const size = hashBytes(mechanism)
    return {
      salt,
      iterations: like?.iterations ?? iterationBounds.least,
      storedKey: mac("SCRAM-SHA-512", secret, "stored").subarray(0, size),
      serverKey: mac("SCRAM-SHA-512", secret, "server").subarray(0, size),
    }
  }

  isOfFile(user: string): boolean {
    return this.#ofFile.has(user)
  }

  /** All names, in order. */
  users(): string[] {
    return [...new Set([...this.#ofFile.keys(), ...this.#stored.users()])].sort()
  }

  /** Replaces the users of the file. Who is gone, or has another password, is told to `onRemoved`. */
  async setFileUsers(users: readonly FileUser[]): Promise<void> {
    const made = new Map<string, OfUser>()
    for (let at = 0; at < users.length; at += derivedAtOnce)
      await Promise.all(users.slice(at, at + derivedAtOnce).map(async (user) => made.set(user.name, await this.#derive(user))))
    const before = this.#ofFile
    this.#ofFile = made
    for (const [user, credentials] of before)
      for (const [mechanism, { storedKey }] of credentials)
        if (!isSame(storedKey, made.get(user)?.get(mechanism)?.storedKey)) this.removed({ user, mechanism })
  }

  /** A credential is no longer; its sessions end. */
  removed(key: CredentialKey): void {
    for (const listener of this.#listeners) listener(key)
  }

  onRemoved(listener: (removed: CredentialKey) => void): void {
    this.#listeners.add(listener)
  }

  async #derive({ name, password }: FileUser): Promise<OfUser> {
    const known = this.#ofFile.get(name)
    const pairs = scramMechanisms.map(async (mechanism) => {
      const salt = known?.get(mechanism)?.salt ?? this.#random.bytes(saltBytes)
      return [mechanism, await credentialOf(mechanism, { salt, iterations: iterationBounds.least, password })] as const
    })
    return new Map(await Promise.all(pairs))
  }

  /** Some real credential's shape, so that a decoy stands out by neither salt nor iterations. */
  #anyLike(choice: number, mechanism: ScramMechanism): ScramCredential | undefined {
    const found: ScramCredential[] = []
    let left = mostLookedAt
    for (const user of this.#stored.users()) {
      const credential = this.#stored.credential(user, mechanism)
      if (credential) found.push(credential)
      if (--left === 0) break
    }
    return found[choice % Math.max(1, found.length)]
  }
}
