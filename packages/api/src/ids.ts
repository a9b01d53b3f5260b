import { createHash } from "node:crypto"
import type { Random } from "./ports.ts"

/** UUIDv7: sorts by time of making. */
export function uuidV7(random: Random, nowMs: number): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}

/** 256 bits, fit for a cookie or a URL fragment. */
export function newSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64url")
}

/** Secrets are stored hashed. They are random and long, so a plain hash is enough. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex")
}
