/** Sends many partition items to the leaders of their partitions, at the same time, and answers one result per item. */
import type { Cluster, Route } from "./cluster.ts"
import { type Failed, failed, type Result } from "./errors.ts"
import { partitionOf } from "./metadata.ts"
import { type RetryPolicy, retryItems } from "./retry.ts"

export type LeaderItem<I> = { item: I; leaderEpoch: number; topicId: string }

type Send<I, T> = (items: readonly LeaderItem<I>[], to: { leader: number; route: Route; timeoutMs: number }) => Promise<Result<T>[]>

type Located<I> = { index: number; leader: number } & LeaderItem<I>

export async function callLeaders<I extends { topic: string; partition: number }, T>(
  cluster: Cluster,
  { items, policy }: { items: readonly I[]; policy: RetryPolicy },
  send: Send<I, T>,
): Promise<Result<T>[]> {
  const topics = [...new Set(items.map(({ topic }) => topic))]
  return retryItems(
    items,
    async (open) => {
      const timeoutMs = policy.deadline.share(cluster.config.requestTimeoutMs)
      const results: Result<T>[] = new Array(open.length)
      const located = await locate(cluster, { items: open, timeoutMs }, (index, failure) => {
        results[index] = failure
      })
      const groups = [...Map.groupBy(located, ({ leader }) => leader)]
      await Promise.all(
        groups.map(async ([leader, group]) => {
          const answers = await send(group, { leader, route: { to: "broker", id: leader }, timeoutMs })
          group.forEach(({ index }, position) => {
            results[index] = answers[position] ?? failed("BAD_ANSWER", "the broker's answer leaves this item out")
          })
        }),
      )
      return results
    },
    // A topic that the newest metadata does not know is the answer; a leader that does not know it has merely moved.
    {
      ...policy,
      isFinal: ({ code, path }) => code === "UNKNOWN_TOPIC_OR_PARTITION" && path === "/topic",
      recover: (errors) => cluster.recover(errors, { topics }),
    },
  )
}

async function locate<I extends { topic: string; partition: number }>(
  cluster: Cluster,
  { items, timeoutMs }: { items: readonly I[]; timeoutMs: number },
  fail: (index: number, failure: Failed) => void,
): Promise<Located<I>[]> {
  const known = ({ topic, partition }: I) => {
    const info = cluster.knownTopic(topic)
    return info === null ? undefined : partitionOf(info, partition)
  }
  const unknown = [...new Set(items.filter((item) => known(item) === undefined).map(({ topic }) => topic))]
  const refreshed = unknown.length === 0 ? null : await cluster.refresh(unknown, { timeoutMs })
  const located: Located<I>[] = []
  items.forEach((item, index) => {
    const info = cluster.knownTopic(item.topic)
    const partition = known(item)
    if (info !== null && partition !== undefined && partition.leader !== null) {
      located.push({ index, item, leader: partition.leader, leaderEpoch: partition.leaderEpoch, topicId: info.id })
    } else if (partition !== undefined) fail(index, failed("NO_LEADER", `${item.topic}-${item.partition} has no leader now`))
    else if (refreshed?.ok === false) fail(index, refreshed)
    else fail(index, unknownPartition(refreshed?.value.topics.get(item.topic)?.error ?? null, item))
  })
  return located
}

function unknownPartition(failure: Failed | null, { topic, partition }: { topic: string; partition: number }): Failed {
  if (failure !== null) return { ok: false, error: { ...failure.error, path: "/topic" } }
  const message = `topic ${topic} has no partition ${partition}`
  return { ok: false, error: { code: "UNKNOWN_TOPIC_OR_PARTITION", message, path: "/topic", retriable: false } }
}
