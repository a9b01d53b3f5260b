// What a topic's reconcile asks of a cluster: observe, create, change configs, add partitions, delete. Calls of many topics travel together.
import type { Client, ConfigEntry, ConfigOperation, CreatedTopic, ItemError, NewTopic, Result, TopicDescription } from "@rivven/client"
import type { Clock } from "../ports.ts"
import { Batcher } from "./batcher.ts"

export type ObservedTopic = { description: TopicDescription; configs: ConfigEntry[] }

export type TopicAdmin = {
  /** `undefined` when the cluster has no such topic. */
  observe(name: string): Promise<Result<ObservedTopic | undefined>>
  create(topic: NewTopic): Promise<Result<CreatedTopic>>
  alterConfigs(change: { name: string; operations: ConfigOperation[] }): Promise<Result<void>>
  addPartitions(change: { name: string; count: number }): Promise<Result<void>>
  /** By id, so that a topic made anew under the name is never hit. */
  remove(id: string): Promise<Result<void>>
}

export type BatchLimits = { maxItems: number; lingerMs: number; callTimeoutMs: number }

export function createTopicAdmin({ admin }: Client, { clock, limits }: { clock: Clock; limits: BatchLimits }): TopicAdmin {
  const { callTimeoutMs: timeoutMs, ...batch } = limits
  const batcher = <I, T>(keyOf: (item: I) => string, send: (items: readonly I[]) => Promise<readonly Result<T>[]>) =>
    new Batcher<I, Result<T>>({ clock, keyOf, send, ...batch })
  const nameOf = ({ name }: { name: string }) => name

  const observing = batcher<string, ObservedTopic | undefined>(
    (name) => name,
    (names) => observeTopics(admin, names, timeoutMs),
  )
  const creating = batcher(nameOf, async (topics: readonly NewTopic[]) => {
    const answers = await admin.topics.create(topics, { timeoutMs })
    return topics.map(({ name }) => answers.get(name) ?? leftOut(name))
  })
  const altering = batcher(nameOf, (changes: readonly { name: string; operations: ConfigOperation[] }[]) =>
    admin.configs.incrementalAlter(
      changes.map(({ name, operations }) => ({ type: "topic", name, operations })),
      { timeoutMs },
    ),
  )
  const growing = batcher(nameOf, async (changes: readonly { name: string; count: number }[]) => {
    const answers = await admin.topics.createPartitions(changes, { timeoutMs })
    return changes.map(({ name }) => answers.get(name) ?? leftOut(name))
  })
  const removing = batcher(
    (id: string) => id,
    async (ids) => {
      const answers = await admin.topics.delete(
        ids.map((id) => ({ id })),
        { timeoutMs },
      )
      return ids.map((id) => answers.get(id) ?? leftOut(id))
    },
  )
  return {
    observe: (name) => observing.submit(name),
    create: (topic) => creating.submit(topic),
    alterConfigs: (change) => altering.submit(change),
    addPartitions: (change) => growing.submit(change),
    remove: (id) => removing.submit(id),
  }
}

async function observeTopics(
  admin: Client["admin"],
  names: readonly string[],
  timeoutMs: number,
): Promise<Result<ObservedTopic | undefined>[]> {
  const resources = names.map((name) => ({ type: "topic" as const, name }))
  const [descriptions, configs] = await Promise.all([
    admin.topics.describe(names, { timeoutMs }),
    admin.configs.describe(resources, { timeoutMs }),
  ])
  return names.map((name, at) => joined(descriptions.get(name) ?? leftOut(name), configs[at] ?? leftOut(name)))
}

function joined(description: Result<TopicDescription>, configs: Result<ConfigEntry[]>): Result<ObservedTopic | undefined> {
  if (!description.ok) return isAbsent(description.error) ? { ok: true, value: undefined } : description
  // Deleted between the two answers.
  if (!configs.ok) return isAbsent(configs.error) ? { ok: true, value: undefined } : configs
  return { ok: true, value: { description: description.value, configs: configs.value } }
}

export function isAbsent({ code }: ItemError): boolean {
  return code === "UNKNOWN_TOPIC_OR_PARTITION" || code === "UNKNOWN_TOPIC_ID"
}

function leftOut(what: string): { ok: false; error: ItemError } {
  return { ok: false, error: { code: "BAD_ANSWER", message: `the answer leaves ${what} out`, path: "", retriable: true } }
}
