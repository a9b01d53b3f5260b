// Who is signed in. The browser holds a secret, the store its hash. Sessions are few, so all of them are kept in memory and the store is read
// once; this object is their only writer.
import { hashSecret, newSecret, uuidV7 } from "../ids.ts"
import type { Clock, Random } from "../ports.ts"
import type { Store } from "../store/store.ts"
import type { SessionsTable } from "../store/tables.ts"

export interface Session {
  id: string
  userName: string
  createdAt: number
  lastSeenAt: number
  expiresAt: number
  address: string
  userAgent: string
}

export interface SessionLimits {
  /** Ends after this long without a request. */
  idleMs: number
  /** Ends after this long, whatever happens. */
  absoluteMs: number
  /** The least recently used ones beyond this number end. */
  maxPerUser: number
}

/** For the machine of the person who sits at it. */
export const loopbackLimits: SessionLimits = { idleMs: 8 * 3_600_000, absoluteMs: 7 * 86_400_000, maxPerUser: 10 }

/** `lastSeenAt` is written at most this often. */
const touchMs = 60_000

export interface SessionsOptions {
  store: Store
  clock: Clock
  random: Random
  limits: SessionLimits
}

export class Sessions {
  readonly limits: SessionLimits
  readonly #options: SessionsOptions
  readonly #byHash = new Map<string, Session>()
  readonly #listeners = new Set<(sessionId: string) => void>()

  private constructor(options: SessionsOptions, rows: readonly SessionsTable[]) {
    this.#options = options
    this.limits = options.limits
    for (const row of rows) this.#byHash.set(row.secret_hash, fromRow(row))
  }

  static async load(options: SessionsOptions): Promise<Sessions> {
    await options.store.deleteFrom("sessions").where("expires_at", "<=", options.clock.wall()).execute()
    return new Sessions(options, await options.store.selectFrom("sessions").selectAll().execute())
  }

  /** A new session with a new secret: a secret that existed before is never raised to more rights. */
  async create(about: { userName: string; address: string; userAgent: string }): Promise<{ secret: string; session: Session }> {
    const { clock, random, store } = this.#options
    const nowMs = clock.wall()
    const secret = newSecret(random)
    const session: Session = {
      id: uuidV7(random, nowMs),
      userName: about.userName,
      createdAt: nowMs,
      lastSeenAt: nowMs,
      expiresAt: nowMs + this.limits.absoluteMs,
      address: about.address,
      userAgent: about.userAgent.slice(0, 300),
    }
    const hash = hashSecret(secret)
    await store.insertInto("sessions").values(toRow(hash, session)).execute()
    this.#byHash.set(hash, session)
    await this.#dropOldest(about.userName)
    return { secret, session }
  }

  /** The session of a cookie's secret, or undefined when there is none or it ran out. */
  find(secret: string): Session | undefined {
    const hash = hashSecret(secret)
    const session = this.#byHash.get(hash)
    if (!session) return undefined
    const nowMs = this.#options.clock.wall()
    if (!this.#isAlive(session, nowMs)) {
      // It has ended in memory; a row that stays is deleted at the next start.
      this.#end(hash, session).catch(() => undefined)
      return undefined
    }
    if (nowMs - session.lastSeenAt >= touchMs) this.#touch(hash, session, nowMs)
    return session
  }

  isActive(sessionId: string): boolean {
    const nowMs = this.#options.clock.wall()
    return [...this.#byHash.values()].some((session) => session.id === sessionId && this.#isAlive(session, nowMs))
  }

  /** Newest first. */
  list(userName: string): Session[] {
    const nowMs = this.#options.clock.wall()
    const own = [...this.#byHash.values()].filter((session) => session.userName === userName && this.#isAlive(session, nowMs))
    return own.sort((a, b) => b.lastSeenAt - a.lastSeenAt)
  }

  async revoke(userName: string, sessionId: string): Promise<boolean> {
    for (const [hash, session] of this.#byHash) {
      if (session.id !== sessionId || session.userName !== userName) continue
      await this.#end(hash, session)
      return true
    }
    return false
  }

  /** Called when a session ends before its stream does. The answer ends it. */
  onEnded(listener: (sessionId: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #isAlive(session: Session, nowMs: number): boolean {
    return nowMs < session.expiresAt && nowMs - session.lastSeenAt < this.limits.idleMs
  }

  #touch(hash: string, session: Session, nowMs: number): void {
    session.lastSeenAt = nowMs
    const update = this.#options.store.updateTable("sessions").set({ last_seen_at: nowMs }).where("secret_hash", "=", hash).execute()
    // The time in memory decides; the stored one only matters after a restart.
    update.catch(() => undefined)
  }

  async #end(hash: string, session: Session): Promise<void> {
    this.#byHash.delete(hash)
    for (const listener of this.#listeners) listener(session.id)
    await this.#options.store.deleteFrom("sessions").where("secret_hash", "=", hash).execute()
  }

  async #dropOldest(userName: string): Promise<void> {
    for (const session of this.list(userName).slice(this.limits.maxPerUser)) await this.revoke(userName, session.id)
  }
}

function fromRow(row: SessionsTable): Session {
  return {
    id: row.id,
    userName: row.user_name,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    address: row.address,
    userAgent: row.user_agent,
  }
}

function toRow(secretHash: string, session: Session): SessionsTable {
  return {
    secret_hash: secretHash,
    id: session.id,
    user_name: session.userName,
    created_at: session.createdAt,
    last_seen_at: session.lastSeenAt,
    expires_at: session.expiresAt,
    address: session.address,
    user_agent: session.userAgent,
  }
}
