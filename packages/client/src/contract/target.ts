import { afterAll, beforeAll } from "vitest"
import { type Client, type ClientOptions, createClient } from "../client.ts"
import type { Consumer } from "../consumer/types.ts"
import type { ConsumedRecord } from "../index.ts"

/** A broker to run the suites against: Apache Kafka in a process of its own, or ours inside this one. */
export type Target = {
  bootstrap: string
  /** Hard stop and start on the same data and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export type Suite = {
  client(options?: Partial<ClientOptions>): Client
  /** A name that no other test uses. */
  name(prefix: string): string
  /** A new topic with that many partitions. */
  topic(partitions?: number, configs?: Record<string, string>): Promise<string>
  restart(): Promise<void>
}

/** Starts the target once for the file, and gives each test clients that close by themselves. `more` is what every client of it needs. */
export function useTarget(start: () => Promise<Target>, more: () => Partial<ClientOptions> = () => ({})): Suite {
  let target: Target
  let shared: Client
  let count = 0
  const clients: Client[] = []
  const suite: Suite = {
    client(options = {}) {
      const client = createClient({ bootstrap: [target.bootstrap], clientId: "contract", ...more(), ...options })
      clients.push(client)
      return client
    },
    name: (prefix) => `${prefix}-${count++}`,
    async topic(partitions = 1, configs = {}) {
      const name = suite.name("topic")
      const created = (await shared.admin.topics.create([{ name, partitions, configs }])).get(name)
      if (created?.ok !== true) throw new Error(`cannot create ${name}: ${created?.error.message}`)
      // Apache Kafka answers before its own metadata shows the topic.
      const isThere = async () => {
        const described = (await shared.admin.topics.describe([name])).get(name)
        return described?.ok === true && described.value.partitions.filter(({ leader }) => leader !== null).length === partitions
      }
      while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 5))
      return name
    },
    restart: () => target.restart(),
  }
  beforeAll(async () => {
    target = await start()
    shared = suite.client()
  })
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()))
    await target.stop()
  })
  return suite
}

export const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString("utf8"))

/** Polls until `enough` says so, or fails after the time with what came. */
export async function consumeUntil(
  consumer: Consumer,
  enough: (records: ConsumedRecord[]) => boolean,
  timeoutMs = 20_000,
): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = []
  const failures: string[] = []
  const endMs = Date.now() + timeoutMs
  while (!enough(records)) {
    if (Date.now() > endMs) throw new Error(`${records.length} records after ${timeoutMs} ms; failures: ${failures.join("; ")}`)
    const polled = await consumer.poll({ timeoutMs: 500 })
    records.push(...polled.records)
    failures.push(...polled.failures.map(({ error }) => `${error.code} ${error.message}`))
  }
  return records
}
