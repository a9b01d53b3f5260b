// The calls behind the snapshots. Each says what it costs, so that the budget can count requests and not calls.
import type { Client, GroupDescription, GroupListing, GroupOffset, ListedOffset, OffsetQuery, Result } from "@rivven/client"
import type { Budget, Priority } from "./budget.ts"
import type { Loaded } from "./reading.ts"
import type { GroupSnapshot, GroupsSnapshot, MetadataSnapshot, OffsetsSnapshot, PartitionOffsets, SizesSnapshot } from "./snapshots.ts"

export interface Asking {
  client: Client
  budget: Budget
  priority: Priority
}

const timeoutMs = 5_000
const topicsPerCall = 200
const groupsPerCall = 50

export async function loadMetadata({ client, budget, priority }: Asking): Promise<Loaded<MetadataSnapshot>> {
  const [cluster, topics] = await budget.run(priority, 2, () =>
    Promise.all([client.admin.cluster.describe({ timeoutMs }), client.admin.topics.list({ includeInternal: true, timeoutMs })]),
  )
  if (!topics.ok) return topics
  if (!cluster.ok) return cluster
  return { ok: true, value: { ...cluster.value, topics: new Map(topics.value.map((topic) => [topic.name, topic])) } }
}

export async function loadOffsets(asking: Asking, metadata: MetadataSnapshot): Promise<Loaded<OffsetsSnapshot>> {
  const snapshot: GrowingOffsets = { topics: new Map(), failures: [] }
  const names = [...metadata.topics.values()].filter(({ partitionCount }) => partitionCount > 0)
  for (let from = 0; from < names.length; from += topicsPerCall) {
    const queries = names.slice(from, from + topicsPerCall).flatMap(({ name, partitionCount }) => bothEnds(name, partitionCount))
    const results = await asking.budget.run(asking.priority, 1, () => asking.client.admin.offsets.list(queries, { timeoutMs }))
    for (const [at, query] of queries.entries()) addOffset(snapshot, query, results[at])
  }
  const total = names.reduce((sum, { partitionCount }) => sum + partitionCount, 0)
  const [first] = snapshot.failures
  if (first && snapshot.failures.length === total) return { ok: false, error: first }
  return { ok: true, value: snapshot }
}

interface GrowingOffsets {
  topics: Map<string, PartitionOffsets[]>
  failures: OffsetsSnapshot["failures"][number][]
}

function addOffset(
  { topics, failures }: GrowingOffsets,
  { topic, partition, at }: OffsetQuery,
  result: Result<ListedOffset> | undefined,
): void {
  const list = topics.get(topic) ?? []
  topics.set(topic, list)
  const offsets = list[partition] ?? { start: null, end: null }
  list[partition] = offsets
  if (result?.ok) offsets[at === "latest" ? "end" : "start"] = result.value.offset
  // Both ends fail together: one line is enough.
  else if (at === "latest")
    failures.push({ topic, partition, code: result?.error.code ?? "BAD_ANSWER", message: result?.error.message ?? "no answer" })
}

function bothEnds(topic: string, partitions: number): OffsetQuery[] {
  return Array.from({ length: partitions }, (_, partition) => [
    { topic, partition, at: "earliest" as const },
    { topic, partition, at: "latest" as const },
  ]).flat()
}

export async function loadSizes({ client, budget, priority }: Asking): Promise<Loaded<SizesSnapshot>> {
  const answer = await budget.run(priority, 1, () => client.admin.cluster.logDirs({ timeoutMs }))
  if (!answer.ok) return answer
  const topics = new Map<string, number[]>()
  const dirs: SizesSnapshot["dirs"][number][] = []
  const failures: SizesSnapshot["failures"][number][] = []
  for (const [broker, result] of answer.value) {
    if (!result.ok) {
      failures.push({ broker, ...result.error })
      continue
    }
    for (const dir of result.value) {
      if (!dir.ok) failures.push({ broker, ...dir.error })
      else dirs.push(readDir(broker, dir.value, topics))
    }
  }
  const [first] = failures
  if (first && dirs.length === 0) return { ok: false, error: first }
  return { ok: true, value: { topics, dirs, failures } }
}

type LogDir = { path: string; totalBytes: number | null; usableBytes: number | null; replicas: readonly Replica[] }
type Replica = { topic: string; partition: number; sizeBytes: number; isFuture: boolean }

function readDir(broker: number, dir: LogDir, topics: Map<string, number[]>): SizesSnapshot["dirs"][number] {
  let usedBytes = 0
  for (const { topic, partition, sizeBytes, isFuture } of dir.replicas) {
    usedBytes += sizeBytes
    if (isFuture) continue
    const sizes = topics.get(topic) ?? []
    sizes[partition] = Math.max(sizes[partition] ?? 0, sizeBytes)
    topics.set(topic, sizes)
  }
  return { broker, path: dir.path, totalBytes: dir.totalBytes, usableBytes: dir.usableBytes, usedBytes }
}

export async function loadGroups(asking: Asking): Promise<Loaded<GroupsSnapshot>> {
  const { client, budget, priority } = asking
  const listed = await budget.run(priority, 1, () => client.admin.groups.list({ timeoutMs }))
  if (!listed.ok) return listed
  const failures: GroupsSnapshot["failures"][number][] = listed.value.failures.map(({ broker, error }) => ({
    scope: `broker:${broker}`,
    ...error,
  }))
  const groups = new Map<string, GroupSnapshot>()
  for (let from = 0; from < listed.value.groups.length; from += groupsPerCall) {
    const chunk = listed.value.groups.slice(from, from + groupsPerCall)
    const ids = chunk.map(({ id }) => id)
    const [described, committed] = await budget.run(priority, 2, () =>
      Promise.all([client.admin.groups.describe(ids, { timeoutMs }), client.admin.groups.offsets(ids, { timeoutMs })]),
    )
    for (const listing of chunk) {
      const answers = { described: described.get(listing.id), committed: committed.get(listing.id) }
      for (const answer of [answers.described, answers.committed])
        if (answer && !answer.ok && answer.error.code !== "GROUP_ID_NOT_FOUND")
          failures.push({ scope: `group:${listing.id}`, ...answer.error })
      groups.set(listing.id, readGroup(listing, answers))
    }
  }
  return { ok: true, value: { groups, failures } }
}

interface GroupAnswers {
  described: Result<GroupDescription> | undefined
  committed: Result<GroupOffset[]> | undefined
}

function readGroup(listing: GroupListing, { described, committed }: GroupAnswers): GroupSnapshot {
  const details = described?.ok ? described.value : undefined
  return {
    id: listing.id,
    state: stateWords[details?.state ?? listing.state] ?? "Unknown",
    type: groupType(listing.type),
    protocolType: details?.protocolType ?? listing.protocolType,
    protocol: details?.protocol ?? "",
    coordinator: details?.coordinator ?? listing.coordinator,
    members: details?.members ?? null,
    commits: committed?.ok
      ? committed.value.flatMap(({ topic, partition, result }) => (result.ok ? [{ topic, partition, offset: result.value.offset }] : []))
      : null,
  }
}

const stateWords: Readonly<Record<string, string>> = {
  "preparing-rebalance": "PreparingRebalance",
  "completing-rebalance": "CompletingRebalance",
  stable: "Stable",
  dead: "Dead",
  empty: "Empty",
  assigning: "Assigning",
  reconciling: "Reconciling",
}

function groupType(type: string): GroupSnapshot["type"] {
  switch (type) {
    case "consumer":
    case "share":
    case "streams":
      return type
    case "":
    case "classic":
      return "classic"
    default:
      return "unknown"
  }
}
