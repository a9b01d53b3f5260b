// What is kept of a password (RFC 5802): salt, iterations, StoredKey and ServerKey. From these nobody can log in as the user elsewhere.
import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

export type ScramMechanism = "SCRAM-SHA-256" | "SCRAM-SHA-512"

export interface ScramCredential {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export const scramMechanisms = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const satisfies readonly ScramMechanism[]
/** Below, guessing is cheap; above, logging in is a way to keep the broker busy. */
export const iterationBounds = { least: 4_096, most: 16_384 }

const hashes = { "SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512" } as const
const sizes = { "SCRAM-SHA-256": 32, "SCRAM-SHA-512": 64 } as const

export const hashBytes = (mechanism: ScramMechanism): number => sizes[mechanism]

const derive = promisify(pbkdf2)

/** In the thread pool: it takes milliseconds. The password's bytes are taken as they are, like Kafka's clients do. */
export function saltedPassword(
  mechanism: ScramMechanism,
  { salt, iterations }: Pick<ScramCredential, "salt" | "iterations">,
  password: string,
) {
  return derive(password, salt, iterations, sizes[mechanism], hashes[mechanism])
}

export async function credentialOf(
  mechanism: ScramMechanism,
  { salt, iterations, password }: { salt: Uint8Array; iterations: number; password: string },
): Promise<ScramCredential> {
  return fromSaltedPassword(mechanism, { salt, iterations, salted: await saltedPassword(mechanism, { salt, iterations }, password) })
}

export function fromSaltedPassword(
  mechanism: ScramMechanism,
  { salt, iterations, salted }: { salt: Uint8Array; iterations: number; salted: Uint8Array },
): ScramCredential {
  const storedKey = createHash(hashes[mechanism])
    .update(mac(mechanism, salted, "Client Key"))
    .digest()
  return { salt, iterations, storedKey, serverKey: mac(mechanism, salted, "Server Key") }
}

/** The same work whatever is wrong. */
export async function isPassword(mechanism: ScramMechanism, credential: ScramCredential, password: string): Promise<boolean> {
  const { storedKey } = fromSaltedPassword(mechanism, { ...credential, salted: await saltedPassword(mechanism, credential, password) })
  return isSame(storedKey, credential.storedKey)
}

/** The server's signature when the proof holds, else null. */
export function verifyProof(
  mechanism: ScramMechanism,
  credential: ScramCredential,
  { proof, authMessage }: { proof: Uint8Array; authMessage: string },
): Uint8Array | null {
  const signature = mac(mechanism, credential.storedKey, authMessage)
  const clientKey = Uint8Array.from(signature, (byte, index) => byte ^ (proof[index] ?? 0))
  const storedKey = createHash(hashes[mechanism]).update(clientKey).digest()
  const serverSignature = mac(mechanism, credential.serverKey, authMessage)
  return proof.length === signature.length && isSame(storedKey, credential.storedKey) ? serverSignature : null
}

export function mac(mechanism: ScramMechanism, key: Uint8Array, text: string): Uint8Array {
  return createHmac(hashes[mechanism], key).update(text).digest()
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
