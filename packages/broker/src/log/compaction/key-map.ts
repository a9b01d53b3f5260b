// The last offset of each key in a stretch of log. Keys are held as 16 bytes of their SHA-256, so that memory depends on their number only;
// a full map ends the stretch, and what lies behind waits for the next run.
import { hash } from "node:crypto"

const hashBytes = 16

export class KeyMap {
  private readonly lasts = new Map<string, number>()
  private readonly maxKeys: number

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys
  }

  get size(): number {
    return this.lasts.size
  }

  /** There may be no room for this many new keys. */
  isFullFor(count: number): boolean {
    return this.lasts.size + count > this.maxKeys
  }

  set(key: Uint8Array, offset: number): void {
    this.lasts.set(hashOf(key), offset)
  }

  /** -1 for a key that the stretch does not have. */
  lastOffset(key: Uint8Array): number {
    return this.lasts.get(hashOf(key)) ?? -1
  }
}

const hashOf = (key: Uint8Array): string => hash("sha256", key, "buffer").toString("latin1", 0, hashBytes)
