/**
 * The memory of all responses on their way to clients. A fetch gets a part of what is free, so that readers who stop reading hold little
 * each, and always enough to go on.
 */
export class ResponseMemory {
  #freeBytes: number
  readonly #leastBytes: number

  constructor({ totalBytes, leastBytes }: { totalBytes: number; leastBytes: number }) {
    this.#freeBytes = totalBytes
    this.#leastBytes = leastBytes
  }

  /** How many bytes a fetch that wants this many may answer. */
  allowance(wantedBytes: number): number {
    return Math.min(wantedBytes, Math.max(this.#leastBytes, Math.floor(this.#freeBytes / 4)))
  }

  take(bytes: number): void {
    this.#freeBytes -= bytes
  }

  give(bytes: number): void {
    this.#freeBytes += bytes
  }
}
