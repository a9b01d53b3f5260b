/** What the resources share: many named items in one request, one result each, in spite of retries. */
import type { Cluster } from "../cluster.ts"
import { partitionKey, type TopicPartition } from "../consumer/assignors/assignor.ts"
import { at, brokerFailed, failed, type ItemError, ok, type Result } from "../errors.ts"
import { retryItems } from "../retry.ts"
import type { CallTimeout } from "./timeout.ts"

export type Change<I> = CallTimeout & {
  items: readonly I[]
  keyOf: (item: I) => string
  /** Codes that are the answer although they are retriable in general. */
  isFinal?: (error: ItemError) => boolean
  /** Group whose coordinator has to be found anew when it moved. */
  group?: string
}

type Attempt<I, T> = (open: readonly I[], timeoutMs: number) => Promise<Result<T>[]>

/** One result per item, in the order of the items; errors carry `/<index>` as their path. */
export async function callItems<I, T>(cluster: Cluster, change: Omit<Change<I>, "keyOf">, attempt: Attempt<I, T>): Promise<Result<T>[]> {
  const recover = (errors: ItemError[]) => cluster.recover(errors, { group: change.group })
  const policy = cluster.policy(change.timeoutMs, { recover, isFinal: change.isFinal })
  const results = await retryItems(change.items, (open) => attempt(open, policy.deadline.share(cluster.config.requestTimeoutMs)), policy)
  return results.map((result, index) => (result.ok ? result : at(result, `/${index}`)))
}

/** The same keyed by name. Names given twice are refused before anything is sent, because their order would decide. */
export async function changeItems<I, T>(cluster: Cluster, change: Change<I>, attempt: Attempt<I, T>): Promise<Map<string, Result<T>>> {
  const keys = change.items.map(change.keyOf)
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  const isUnique = (item: I) => counts.get(change.keyOf(item)) === 1
  const results = await callItems(cluster, { ...change, items: change.items.filter(isUnique) }, attempt)
  const answers = new Map<string, Result<T>>()
  let next = 0
  change.items.forEach((item, index) => {
    const result = isUnique(item) ? results[next++] : failed("BAD_INPUT", `${keys[index]} is given more than once`)
    if (result !== undefined) answers.set(keys[index] as string, result.ok ? result : at(result, `/${index}`))
  })
  return answers
}

type WireResult = { errorCode: number; errorMessage?: string | null }

/** One item of an answer as a value; an item that the broker left out is a fault of the broker. */
export function answerOf<W extends WireResult, T>(item: W | undefined, read: (item: W) => T): Result<T> {
  if (item === undefined) return failed("BAD_ANSWER", "the broker's answer leaves this item out")
  return item.errorCode === 0 ? ok(read(item)) : brokerFailed(item.errorCode, item.errorMessage)
}

/** Looks partitions of an answer up by topic and number. */
export function partitionFinder<P extends { partitionIndex: number }>(
  topics: readonly { name: string; partitions: readonly P[] }[],
): (wanted: TopicPartition) => P | undefined {
  const index = new Map<string, P>()
  for (const { name, partitions } of topics) for (const one of partitions) index.set(partitionKey(name, one.partitionIndex), one)
  return ({ topic, partition }) => index.get(partitionKey(topic, partition))
}
