// Timestamps of records that were written before this process looked: read from the broker once per position, a few per round.
import type { Client } from "@rivven/client"
import type { Budget } from "./budget.ts"

export interface Position {
  topic: string
  partition: number
  offset: number
}

const maxPerRound = 20
const maxKept = 20_000

export class RecordTimes {
  readonly #known = new Map<string, number>()

  get({ topic, partition, offset }: Position): number | null {
    return this.#known.get(keyOf({ topic, partition, offset })) ?? null
  }

  /** Reads the timestamps of positions that are not known. What cannot be read is asked again in the next round. */
  async resolve({ client, budget }: { client: Client; budget: Budget }, positions: readonly Position[]): Promise<void> {
    const unknown = positions.filter((position) => !this.#known.has(keyOf(position))).slice(0, maxPerRound)
    await Promise.all(
      unknown.map(async ({ topic, partition, offset }) => {
        const answer = await budget.run("sampler", 1, () =>
          client.readMessages({ topic, partitions: [partition], from: { offset }, maxRecords: 1, timeoutMs: 3_000 }),
        )
        const record = answer.ok ? answer.value.records[0] : undefined
        if (record) this.#remember({ topic, partition, offset }, record.timestamp)
      }),
    )
  }

  #remember(position: Position, timestamp: number): void {
    if (this.#known.size >= maxKept) for (const key of [...this.#known.keys()].slice(0, maxKept / 4)) this.#known.delete(key)
    this.#known.set(keyOf(position), timestamp)
  }
}

function keyOf({ topic, partition, offset }: Position): string {
  return `${topic} ${partition} ${offset}`
}
