// Configs of topics, as they are asked for: whole for the topic on screen, a few keys for the rows of a list. Kept for a short time.
import type { Client, ConfigEntry } from "@rivven/client"
import type { Clock } from "../../ports.ts"
import type { Budget, Priority } from "./budget.ts"
import type { Loaded } from "./reading.ts"

export interface ConfigsRead {
  entries: readonly ConfigEntry[] | undefined
  asOf: number
  failure: { code: string; message: string } | undefined
}

const maxKept = 1_000
const timeoutMs = 5_000

export class TopicConfigs {
  readonly #parts: { client: Client; budget: Budget; clock: Clock }
  readonly #kept = new Map<string, { entries: readonly ConfigEntry[]; asOf: number; readAt: number }>()

  constructor(parts: { client: Client; budget: Budget; clock: Clock }) {
    this.#parts = parts
  }

  /** One request for all topics whose configs are not fresh. */
  async read(
    topics: readonly string[],
    { maxAgeMs, priority }: { maxAgeMs: number; priority: Priority },
  ): Promise<Map<string, ConfigsRead>> {
    const { client, budget, clock } = this.#parts
    const now = clock.monotonic()
    const old = topics.filter((topic) => now - (this.#kept.get(topic)?.readAt ?? Number.NEGATIVE_INFINITY) > maxAgeMs)
    const failures = new Map<string, { code: string; message: string }>()
    if (old.length > 0) {
      const asOf = clock.wall()
      const resources = old.map((name) => ({ type: "topic" as const, name }))
      const results = await budget.run(priority, 1, () =>
        client.admin.configs.describe(resources, { includeSynonyms: true, includeDocumentation: true, timeoutMs }),
      )
      for (const [at, topic] of old.entries()) {
        const result = results[at]
        if (result?.ok) this.#keep(topic, { entries: result.value, asOf, readAt: clock.monotonic() })
        else failures.set(topic, result?.error ?? { code: "BAD_ANSWER", message: "no answer" })
      }
    }
    return new Map(
      topics.map((topic) => [
        topic,
        { entries: this.#kept.get(topic)?.entries, asOf: this.#kept.get(topic)?.asOf ?? 0, failure: failures.get(topic) },
      ]),
    )
  }

  async one(topic: string, options: { maxAgeMs: number; priority: Priority }): Promise<Loaded<readonly ConfigEntry[]>> {
    const read = (await this.read([topic], options)).get(topic)
    if (read?.entries && !read.failure) return { ok: true, value: read.entries }
    return { ok: false, error: read?.failure ?? { code: "BAD_ANSWER", message: "no answer" } }
  }

  peek(topic: string): readonly ConfigEntry[] | undefined {
    return this.#kept.get(topic)?.entries
  }

  invalidate(topic: string): void {
    this.#kept.delete(topic)
  }

  #keep(topic: string, value: { entries: readonly ConfigEntry[]; asOf: number; readAt: number }): void {
    this.#kept.delete(topic)
    this.#kept.set(topic, value)
    if (this.#kept.size <= maxKept) return
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}

/** The effective value of a config; undefined when it is not told. */
export function configValue(entries: readonly ConfigEntry[] | undefined, name: string): string | undefined {
  return entries?.find((entry) => entry.name === name)?.value ?? undefined
}

export function configNumber(entries: readonly ConfigEntry[] | undefined, name: string): number | undefined {
  const value = configValue(entries, name)
  const number = value === undefined || value === "" ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : undefined
}
