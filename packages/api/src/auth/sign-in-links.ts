// One-time sign-in links. The secret travels in a URL fragment, which no log and no Referer sees; the store has its hash.
import { hashSecret, newSecret } from "../ids.ts"
import type { Clock, Random } from "../ports.ts"
import type { Store } from "../store/store.ts"

const validMs = 10 * 60_000

export class SignInLinks {
  readonly #parts: { store: Store; clock: Clock; random: Random }

  constructor(parts: { store: Store; clock: Clock; random: Random }) {
    this.#parts = parts
  }

  /** The secret of a new link. */
  async create(): Promise<string> {
    const { store, clock, random } = this.#parts
    const secret = newSecret(random)
    await store.deleteFrom("login_links").where("expires_at", "<=", clock.wall()).execute()
    await store
      .insertInto("login_links")
      .values({ secret_hash: hashSecret(secret), expires_at: clock.wall() + validMs })
      .execute()
    return secret
  }

  /** True once per link, while it is valid. The deletion is the proof: two requests cannot both have it. */
  async redeem(secret: string): Promise<boolean> {
    const { store, clock } = this.#parts
    const { numDeletedRows } = await store
      .deleteFrom("login_links")
      .where("secret_hash", "=", hashSecret(secret))
      .where("expires_at", ">", clock.wall())
      .executeTakeFirst()
    return numDeletedRows === 1n
  }
}
