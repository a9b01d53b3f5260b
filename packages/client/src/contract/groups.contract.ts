import { describe, expect, it } from "vitest"
import type { Consumer, ConsumerOptions, TopicPartition } from "../index.ts"
import { consumeUntil, type Suite, text } from "./target.ts"

/** A member that polls by itself until it is stopped. */
class Member {
  readonly consumer: Consumer
  readonly events: string[] = []
  readonly values: string[] = []
  readonly failures: string[] = []
  #isStopped = false
  #running: Promise<void> = Promise.resolve()

  constructor(consumer: Consumer, topics: string[]) {
    this.consumer = consumer
    const note = (what: string) => (partitions: readonly TopicPartition[]) => {
      this.events.push(`${what} ${numbers(partitions)}`)
    }
    consumer.subscribe(topics, { onAssigned: note("assigned"), onRevoked: note("revoked"), onLost: note("lost") })
  }

  get owned(): string {
    return numbers(this.consumer.assignment())
  }

  run(): this {
    this.#running = this.#loop()
    return this
  }

  async pause(): Promise<void> {
    this.#isStopped = true
    await this.#running
    this.#isStopped = false
  }

  async close(): Promise<void> {
    await this.pause()
    await this.consumer.close()
  }

  async #loop(): Promise<void> {
    while (!this.#isStopped) {
      const { records, failures } = await this.consumer.poll({ timeoutMs: 100 })
      this.values.push(...records.map(({ value }) => text(value) ?? ""))
      this.failures.push(...failures.map(({ error }) => `${error.code} ${error.message}`))
    }
  }
}

const numbers = (partitions: readonly TopicPartition[]) =>
  partitions
    .map(({ partition }) => partition)
    .sort((a, b) => a - b)
    .join(",")

const waiting = { timeout: 30_000, interval: 50 }

export function groupsContract(suite: Suite): void {
  const quick: ConsumerOptions = { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 100, offsetReset: "earliest", maxWaitMs: 100 }
  const member = (topics: string[], options: ConsumerOptions) => new Member(suite.client().consumer({ ...quick, ...options }), topics)

  describe("a group under range", () => {
    it("divides partitions, hands them over when members come and go, and each record is seen once", async () => {
      const topic = await suite.topic(4)
      const groupId = suite.name("range")
      const producer = suite.client().producer()
      const options = { groupId, assignors: ["range" as const], autoCommitIntervalMs: 100 }
      const first = member([topic], options).run()
      await expect.poll(() => first.owned, waiting).toBe("0,1,2,3")
      await producer.sendAll(Array.from({ length: 40 }, (_, i) => ({ topic, partition: i % 4, value: `${i}` })))
      await expect.poll(() => first.values.length, waiting).toBe(40)
      const second = member([topic], options).run()
      await expect.poll(() => [first.owned, second.owned].sort(), waiting).toEqual(["0,1", "2,3"])
      expect(first.events).toContain("revoked 0,1,2,3")
      await producer.sendAll(Array.from({ length: 40 }, (_, i) => ({ topic, partition: i % 4, value: `${i + 40}` })))
      await expect.poll(() => first.values.length + second.values.length, waiting).toBe(80)
      await first.close()
      await expect.poll(() => second.owned, waiting).toBe("0,1,2,3")
      await producer.sendAll(Array.from({ length: 20 }, (_, i) => ({ topic, partition: i % 4, value: `${i + 80}` })))
      await expect.poll(() => first.values.length + second.values.length, waiting).toBe(100)
      expect([...first.values, ...second.values].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
      await second.close()
      expect([...first.failures, ...second.failures]).toEqual([])
    })

    it("shows its members, their partitions and its commits to administrators, who may not change it", async () => {
      const topic = await suite.topic(2)
      const groupId = suite.name("shown")
      const { admin } = suite.client()
      const one = member([topic], { groupId, instanceId: "one" }).run()
      await expect.poll(() => one.owned, waiting).toBe("0,1")
      const described = (await admin.groups.describe([groupId])).get(groupId)
      expect(described).toMatchObject({
        ok: true,
        value: {
          state: "stable",
          protocolType: "consumer",
          protocol: "range",
          members: [
            {
              instanceId: "one",
              clientId: "contract",
              topics: [topic],
              assignment: [
                { topic, partition: 0 },
                { topic, partition: 1 },
              ],
            },
          ],
        },
      })
      expect(await admin.groups.alterOffsets(groupId, [{ topic, partition: 0, offset: 0 }])).toMatchObject([
        { ok: false, error: { code: "UNKNOWN_MEMBER_ID" } },
      ])
      expect(await admin.groups.deleteOffsets(groupId, [{ topic, partition: 0 }])).toMatchObject([
        { ok: false, error: { code: "GROUP_SUBSCRIBED_TO_TOPIC" } },
      ])
      expect((await admin.groups.delete([groupId])).get(groupId)).toMatchObject({ ok: false, error: { code: "NON_EMPTY_GROUP" } })
      await one.close()
    })

    it("rebalances when a topic grows or appears", async () => {
      const topic = await suite.topic(1)
      const later = suite.name("later")
      const client = suite.client({ metadataMaxAgeMs: 300 })
      const one = new Member(client.consumer({ ...quick, groupId: suite.name("growing") }), [topic, later]).run()
      await expect.poll(() => one.owned, waiting).toBe("0")
      await client.admin.topics.createPartitions([{ name: topic, count: 3 }])
      await expect.poll(() => one.owned, waiting).toBe("0,1,2")
      await client.admin.topics.create([{ name: later, partitions: 1 }])
      await expect.poll(() => one.owned, waiting).toBe("0,0,1,2")
      await one.close()
    })
  })

  describe("a group under cooperative-sticky", () => {
    it("moves only what has to move, and the others go on meanwhile", async () => {
      const topic = await suite.topic(6)
      const options = { groupId: suite.name("cooperative"), assignors: ["cooperative-sticky" as const] }
      const first = member([topic], options).run()
      await expect.poll(() => first.owned, waiting).toBe("0,1,2,3,4,5")
      const second = member([topic], options).run()
      await expect.poll(() => second.consumer.assignment().length, waiting).toBe(3)
      await expect.poll(() => first.consumer.assignment().length, waiting).toBe(3)
      expect(first.events.filter((event) => event.startsWith("revoked"))).toHaveLength(1)
      const kept = first.owned
      const third = member([topic], options).run()
      await expect.poll(() => third.consumer.assignment().length, waiting).toBe(2)
      await expect.poll(() => [first, second].map(({ consumer }) => consumer.assignment().length), waiting).toEqual([2, 2])
      expect(first.owned.split(",").every((partition) => kept.split(",").includes(partition))).toBe(true)
      await Promise.all([first.close(), second.close(), third.close()])
      expect([...first.failures, ...second.failures, ...third.failures]).toEqual([])
    })
  })

  describe("membership", () => {
    it("of a static member survives its restart: the same partitions, no rebalance for the others", async () => {
      const topic = await suite.topic(4)
      const groupId = suite.name("static")
      const options = (instanceId: string) => ({ groupId, instanceId, sessionTimeoutMs: 10_000 })
      const stays = member([topic], options("a")).run()
      let goes = member([topic], options("b")).run()
      await expect.poll(() => `${stays.owned} ${goes.owned}`, waiting).toBe("0,1 2,3")
      const before = [...stays.events]
      await goes.close()
      goes = member([topic], options("b")).run()
      await expect.poll(() => goes.owned, waiting).toBe("2,3")
      expect(stays.events).toEqual(before)
      await Promise.all([stays.close(), goes.close()])
    })

    it("of a static member is taken over by a second one with its name: the first is fenced and says so", async () => {
      const topic = await suite.topic(1)
      const options = { groupId: suite.name("fenced"), instanceId: "same" }
      const older = member([topic], options).run()
      await expect.poll(() => older.owned, waiting).toBe("0")
      const newer = member([topic], options).run()
      await expect.poll(() => newer.owned, waiting).toBe("0")
      await expect.poll(() => older.failures.join(), waiting).toContain("FENCED_INSTANCE_ID")
      await Promise.all([older.close(), newer.close()])
    })

    it("lives on heartbeats while the caller works longer than the session", async () => {
      const topic = await suite.topic(2)
      const one = member([topic], { groupId: suite.name("busy"), sessionTimeoutMs: 1_000 }).run()
      await expect.poll(() => one.owned, waiting).toBe("0,1")
      await one.pause()
      const { admin } = suite.client()
      const groupId = one.consumer.groupMetadata()?.groupId ?? ""
      const endMs = Date.now() + 2_500
      while (Date.now() < endMs) {
        expect((await admin.groups.describe([groupId])).get(groupId)).toMatchObject({ value: { state: "stable" } })
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      one.run()
      expect(await one.consumer.commit([{ topic, partition: 0, offset: 0 }])).toMatchObject([{ result: { ok: true } }])
      await one.close()
      expect(one.events).toEqual(["assigned 0,1", "revoked 0,1"])
    })

    it("ends when the caller does not poll in time: others take over, and it is told what it lost", async () => {
      const topic = await suite.topic(2)
      const groupId = suite.name("stuck")
      const stuck = member([topic], { groupId, maxPollIntervalMs: 600 }).run()
      await expect.poll(() => stuck.owned, waiting).toBe("0,1")
      await stuck.pause()
      const other = member([topic], { groupId }).run()
      await expect.poll(() => other.owned, waiting).toBe("0,1")
      expect(await stuck.consumer.commit([{ topic, partition: 0, offset: 1 }])).toMatchObject([
        { result: { ok: false, error: { code: "NOT_A_MEMBER" } } },
      ])
      stuck.run()
      await expect.poll(() => stuck.events, waiting).toContain("lost 0,1")
      await expect.poll(() => `${stuck.consumer.assignment().length} ${other.consumer.assignment().length}`, waiting).toBe("1 1")
      await Promise.all([stuck.close(), other.close()])
    })

    it("answers what is wrong with a subscription instead of throwing", async () => {
      const client = suite.client()
      expect(client.consumer().subscribe(["t"])).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      const outside = client.consumer({ ...quick, groupId: suite.name("bad"), sessionTimeoutMs: 1 })
      outside.subscribe(["t"])
      const { failures } = await outside.poll({ timeoutMs: 20_000 })
      expect(failures).toMatchObject([{ error: { code: "INVALID_SESSION_TIMEOUT" } }])
    })
  })

  describe("two consumers in one process", () => {
    it("read everything of a group once, committed by hand", async () => {
      const topic = await suite.topic(2)
      const client = suite.client()
      const groupId = suite.name("byhand")
      await client.producer().sendAll(Array.from({ length: 30 }, (_, i) => ({ topic, partition: i % 2, value: `${i}` })))
      const first = client.consumer({ ...quick, groupId, maxPollRecords: 10 })
      first.subscribe([topic])
      const seen = await consumeUntil(first, (got) => got.length >= 10)
      const commits = await first.commit()
      expect(commits.length).toBeGreaterThan(0)
      expect(commits.every(({ result }) => result.ok)).toBe(true)
      await first.close()
      const second = client.consumer({ ...quick, groupId })
      second.subscribe([topic])
      const rest = await consumeUntil(second, (got) => got.length >= 30 - seen.length)
      await second.close()
      expect([...seen, ...rest].map(({ value }) => Number(text(value))).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 30 }, (_, i) => i),
      )
    })
  })
}
