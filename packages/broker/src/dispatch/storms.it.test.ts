// Storms of random requests in random order, over many connections at once. The broker answers each or ends its connection for a reason
// that it names, and somebody who minds their own business notices nothing.
import { decodeResponse } from "@rivven/protocol"
import { DeleteTopics } from "@rivven/protocol/messages"
import { below, commitSeed, count, type Random, seeded } from "@rivven/protocol/testing"
import { describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { Storm } from "../testing/storm.ts"
import { batchOf, Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"

const requests = count({ ci: 30_000, campaign: 10_000_000 })
const seed = commitSeed()
const hangsAfterMs = 30_000
/** Answers that may rightly wait for others: whoever asked has often gone when they come. */
const waiting = new Set([1, 11, 14])

interface Tally {
  answered: number
  closed: number
  left: number
}

class Lane {
  readonly #broker: TestBroker
  readonly #random: Random
  readonly #storm: Storm
  readonly tally: Tally = { answered: 0, closed: 0, left: 0 }
  #wire: WireClient | undefined

  constructor(broker: TestBroker, storm: Storm, random: Random) {
    this.#broker = broker
    this.#storm = storm
    this.#random = random
  }

  async run(rounds: number): Promise<void> {
    try {
      for (let round = 0; round < rounds; round += 1) await this.#ask(`round ${round}`)
    } finally {
      await this.#wire?.[Symbol.asyncDispose]()
    }
  }

  async #ask(when: string): Promise<void> {
    if (this.#wire === undefined || this.#wire.isClosed) this.#wire = await WireClient.connect(this.#broker)
    const { api, versions, accepts: [first, last] = versions } = this.#next()
    const version = first + below(this.#random, last - first + 1)
    const frame = this.#wire.encode(api, version, this.#storm.request(api, version) as never)
    const outcome = await this.#outcome(frame, waiting.has(api.key))
    if (outcome === "hangs") throw new Error(`${api.name} ${version} has no answer, ${when}, seed ${seed}`)
    if (typeof outcome === "string") return
    const { body } = decodeResponse(api, version, outcome)
    expect(codesOf(body), `${api.name} ${version}, ${when}, seed ${seed}`).not.toContain(-1)
    this.#storm.learn(body)
  }

  /** Topics are rarely deleted and often made again, so that most requests find what they speak of. */
  #next(): (typeof handlers)[number] {
    const handler = handlers[below(this.#random, handlers.length)]!
    return handler.api.key === DeleteTopics.key && this.#random() < 0.9 ? this.#next() : handler
  }

  /** The answer, or how there came to be none. */
  async #outcome(frame: Uint8Array, mayLeave: boolean): Promise<Uint8Array | "closed" | "left" | "hangs"> {
    const wire = this.#wire as WireClient
    const answer = wire.send(frame).catch(() => "closed" as const)
    const outcome = await within(answer, mayLeave ? 50 : hangsAfterMs)
    if (outcome === "closed") this.tally.closed += 1
    else if (typeof outcome !== "string") this.tally.answered += 1
    if (outcome !== "late") return outcome
    if (!mayLeave) return "hangs"
    this.tally.left += 1
    await wire[Symbol.asyncDispose]()
    return "left"
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Every error code of an answer. */
function codesOf(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(codesOf)
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === "errorCode" ? [inner as number] : codesOf(inner)))
}

/** Somebody who writes and reads one topic of their own, in order, while `storm` goes on. */
async function neighbour(broker: TestBroker, isOver: () => boolean): Promise<number> {
  await using talk = await Talk.to(broker, "neighbour")
  expect((await talk.createTopic("neighbour")).error).toBe("NONE")
  let written = 0
  do {
    const { error, baseOffset } = await talk.produce("neighbour", batchOf([`value ${written}`]))
    expect({ error, baseOffset }).toEqual({ error: "NONE", baseOffset: written })
    expect(await talk.values("neighbour", { offset: written })).toEqual([`value ${written}`])
    written += 1
  } while (!isOver())
  return written
}

describe(`${requests} random requests, seed ${seed}`, () => {
  it.each([1, 5, 20])(
    "over %d connections are answered or closed, and neither broker nor neighbour suffers",
    async (connections) => {
      await using broker = await startTestBroker({ settings: { "auto.create.topics.enable": "false" } })
      const random = seeded(seed + connections)
      const storm = new Storm(random)
      const lanes = Array.from({ length: connections }, () => new Lane(broker, storm, random))
      let isOver = false
      const beside = neighbour(broker, () => isOver)
      const rounds = Math.ceil(requests / 3 / connections)
      const storms = Promise.allSettled(lanes.map((lane) => lane.run(rounds))).then((outcomes) => {
        isOver = true
        for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason
      })
      const [written] = await Promise.all([beside, storms])
      expect(written).toBeGreaterThan(10)
      const bugs = broker.log.filter(({ level }) => level === "error").map(({ fields }) => fields)
      expect(bugs, `seed ${seed}`).toEqual([])
      const answered = lanes.reduce((sum, { tally }) => sum + tally.answered, 0)
      expect(answered).toBeGreaterThan((rounds * connections) / 2)
      await using talk = await Talk.to(broker)
      expect((await talk.createTopic("alive")).error).toBe("NONE")
      expect((await talk.values("neighbour"))[0]).toBe("value 0")
    },
    3_600_000,
  )
})
