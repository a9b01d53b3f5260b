// Responses of one connection, in the order of its requests. A slot is opened when a request starts; its response may come at any time
// and leaves when all earlier slots are done. What is ready at the end of a tick leaves as one write.

export interface Outgoing {
  readonly parts: readonly Uint8Array[]
  /** Runs once the parts have left the process, or will never leave: gives pooled memory back. */
  readonly release?: () => void
  /** The connection ends once this has left, with the reason for the log. */
  readonly closes?: string
  /** The connection is not read for this long once this has left: its owner has used more than a quota gives (KIP-219). */
  readonly throttleMs?: number
}

/** Handle of one expected response. */
export interface Slot {
  readonly requestBytes: number
  outgoing: Outgoing | "none" | "waiting"
}

export class ResponseQueue {
  readonly #slots: Slot[] = []
  #requestBytes = 0

  /** Requests that have started and not been answered. */
  get size(): number {
    return this.#slots.length
  }

  /** Bytes of those requests. */
  get requestBytes(): number {
    return this.#requestBytes
  }

  open(requestBytes: number): Slot {
    const slot: Slot = { requestBytes, outgoing: "waiting" }
    this.#slots.push(slot)
    this.#requestBytes += requestBytes
    return slot
  }

  /** Whether the response at the head is there. */
  get isReady(): boolean {
    const head = this.#slots[0]
    return head !== undefined && head.outgoing !== "waiting"
  }

  /** Takes every response that may leave now. */
  takeReady(): Outgoing[] {
    const ready: Outgoing[] = []
    let count = 0
    for (const slot of this.#slots) {
      if (slot.outgoing === "waiting") break
      if (slot.outgoing !== "none") ready.push(slot.outgoing)
      this.#requestBytes -= slot.requestBytes
      count += 1
    }
    this.#slots.splice(0, count)
    return ready
  }

  /** The connection is gone: gives back what was never sent. Later responses of open slots must be released by who makes them. */
  abandon(): void {
    for (const slot of this.#slots) if (typeof slot.outgoing === "object") slot.outgoing.release?.()
    this.#slots.length = 0
    this.#requestBytes = 0
  }
}
