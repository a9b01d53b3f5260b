// Incremental fetch sessions (KIP-227): a client names its partitions once and then only what changed; answers leave out partitions
// without news. The cache is bounded and independent of connections; a client that finds no room works without a session.
import type { Clock, Random } from "../ports.ts"
import type { FetchedPartition } from "./fetcher.ts"
import type { FetchPosition } from "./position.ts"

export type SessionError = "FETCH_SESSION_ID_NOT_FOUND" | "INVALID_FETCH_SESSION_EPOCH" | "FETCH_SESSION_TOPIC_ID_ERROR"

interface Remembered {
  position: FetchPosition
  highWatermark: number
  logStartOffset: number
}

interface Session {
  readonly id: number
  readonly usesTopicIds: boolean
  /** What the next request must say. */
  epoch: number
  usedMs: number
  /** In the order in which they are served: who got data goes to the end. */
  readonly partitions: Map<string, Remembered>
}

export interface SessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly usesTopicIds: boolean
  readonly positions: readonly FetchPosition[]
  readonly forgotten: readonly Pick<FetchPosition, "topic" | "topicId" | "partition">[]
}

/** One fetch within, or without, a session. */
export interface FetchScope {
  /** What the response says: 0 means no session. */
  readonly sessionId: number
  readonly positions: readonly FetchPosition[]
  /** Which of the results the client has to hear. */
  news(results: readonly FetchedPartition[]): FetchedPartition[]
}

const idleMs = 120_000
const finalEpoch = -1
const initialEpoch = 0

export class FetchSessions {
  readonly #clock: Clock
  readonly #random: Random
  readonly #slots: number
  /** In order of last use. */
  readonly #sessions = new Map<number, Session>()

  constructor({ clock, random, slots }: { clock: Clock; random: Random; slots: number }) {
    this.#clock = clock
    this.#random = random
    this.#slots = slots
  }

  get size(): number {
    return this.#sessions.size
  }

  open(request: SessionRequest): FetchScope | { readonly error: SessionError } {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === initialEpoch || sessionEpoch === finalEpoch) {
      this.#sessions.delete(sessionId)
      return sessionEpoch === finalEpoch ? sessionless(request.positions) : this.#begin(request)
    }
    const session = this.#sessions.get(sessionId)
    if (!session) return { error: "FETCH_SESSION_ID_NOT_FOUND" }
    if (session.usesTopicIds !== request.usesTopicIds) return { error: "FETCH_SESSION_TOPIC_ID_ERROR" }
    if (session.epoch !== sessionEpoch) return { error: "INVALID_FETCH_SESSION_EPOCH" }
    return this.#continue(session, request)
  }

  close(sessionId: number): void {
    this.#sessions.delete(sessionId)
  }

  #begin(request: SessionRequest): FetchScope {
    if (request.positions.length === 0 || !this.#makeRoom()) return sessionless(request.positions)
    const session: Session = {
      id: this.#newId(),
      usesTopicIds: request.usesTopicIds,
      epoch: 1,
      usedMs: this.#clock.monotonic(),
      partitions: new Map(),
    }
    this.#sessions.set(session.id, session)
    for (const position of request.positions) remember(session, position)
    return { sessionId: session.id, positions: positionsOf(session), news: (results) => noted(session, results) }
  }

  #continue(session: Session, request: SessionRequest): FetchScope {
    session.epoch = session.epoch === 0x7fff_ffff ? 1 : session.epoch + 1
    session.usedMs = this.#clock.monotonic()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
    for (const position of request.positions) remember(session, position)
    for (const one of request.forgotten) session.partitions.delete(keyOf(one))
    return {
      sessionId: session.id,
      positions: positionsOf(session),
      news: (results) =>
        noted(
          session,
          results.filter((result) => isNews(session, result)),
        ),
    }
  }

  /** The longest unused session makes room if nobody has used it for two minutes. */
  #makeRoom(): boolean {
    if (this.#slots === 0) return false
    if (this.#sessions.size < this.#slots) return true
    const oldest = this.#sessions.values().next().value
    if (!oldest || this.#clock.monotonic() - oldest.usedMs < idleMs) return false
    return this.#sessions.delete(oldest.id)
  }

  #newId(): number {
    for (;;) {
      const id = 1 + Math.floor(this.#random.next() * 0x7fff_fffe)
      if (!this.#sessions.has(id)) return id
    }
  }
}

function sessionless(positions: readonly FetchPosition[]): FetchScope {
  return { sessionId: 0, positions, news: (results) => [...results] }
}

const keyOf = ({ topic, topicId, partition }: Pick<FetchPosition, "topic" | "topicId" | "partition">): string =>
  `${topic || topicId}/${partition}`

const positionsOf = (session: Session): FetchPosition[] => [...session.partitions.values()].map((remembered) => remembered.position)

function remember(session: Session, position: FetchPosition): void {
  const known = session.partitions.get(keyOf(position))
  if (known) known.position = position
  else session.partitions.set(keyOf(position), { position, highWatermark: -1, logStartOffset: -1 })
}

function isNews(session: Session, result: FetchedPartition): boolean {
  if (result.error !== "NONE" || result.diverging !== null || result.sizeBytes > 0) return true
  const known = session.partitions.get(keyOf(result.position))
  return known?.highWatermark !== result.highWatermark || known.logStartOffset !== result.logStartOffset
}

/** Remembers what the client will know, and rotates: who got data is served last the next time. */
function noted(session: Session, results: readonly FetchedPartition[]): FetchedPartition[] {
  for (const result of results) {
    const key = keyOf(result.position)
    const known = session.partitions.get(key)
    if (!known) continue
    // After an error the client asks anew; it must then hear the offsets, whatever they are.
    known.highWatermark = result.error === "NONE" ? result.highWatermark : -1
    known.logStartOffset = result.error === "NONE" ? result.logStartOffset : -1
    if (result.sizeBytes === 0) continue
    session.partitions.delete(key)
    session.partitions.set(key, known)
  }
  return [...results]
}
