// Random requests that reach deep: the few names, members, producers and topics that they speak of exist, or did a moment ago.
import type { Api, Field, Fields } from "@rivven/protocol"
import { CreateTopics, OffsetCommit } from "@rivven/protocol/messages"
import { below, type Random, randomMessage } from "@rivven/protocol/testing"
import { batchOf } from "./talk.ts"

type Body = Record<string, unknown>

const topics = ["storm-0", "storm-1", "storm-2", "storm-3", "__consumer_offsets"]
const groups = ["group-0", "group-1", "group-2"]
const transactions = ["transaction-0", "transaction-1"]

/** What the broker said before, for later requests to repeat. */
export class Storm {
  readonly #random: Random
  readonly #learned = new Map<string, unknown[]>()

  constructor(random: Random) {
    this.#random = random
  }

  request(api: Api, version: number): Body {
    const body = this.#fill(api.request, version, randomMessage(api.request, version, this.#random))
    if (this.#random() < 0.3) return body
    return api.key === CreateTopics.key ? plainTopics(body) : api.key === OffsetCommit.key ? withoutMember(body) : body
  }

  /** Remembers members, epochs and generations of an answer, and ids of its own topics. */
  learn(value: unknown): void {
    if (Array.isArray(value)) for (const item of value.slice(0, 20)) this.learn(item)
    if (typeof value !== "object" || value === null || value instanceof Uint8Array || Array.isArray(value)) return
    const { name: topic } = value as { name?: unknown }
    for (const [name, inner] of Object.entries(value)) {
      if (inner === -1 || inner === "") continue
      if (learnt.has(name) && !(name === "topicId" && !topics.includes(topic as string))) this.#remember(name, inner)
      this.learn(inner)
    }
  }

  #remember(name: string, value: unknown): void {
    const values = this.#learned.get(name) ?? []
    values.push(value)
    this.#learned.set(name, values.slice(-6))
  }

  #one<T>(values: readonly T[]): T | undefined {
    return values[below(this.#random, values.length)]
  }

  #fill(fields: Fields, version: number, body: Body): Body {
    const out: Body = { ...body }
    for (const [name, field] of Object.entries(fields)) {
      const { since = 0, until = 32_767 } = field.options
      if (version < since || version > until || !(name in out) || out[name] === null) continue
      out[name] = this.#value(name, field, { version, value: out[name] })
    }
    return out
  }

  #value(name: string, field: Field, { version, value }: { version: number; value: unknown }): unknown {
    if (Array.isArray(value)) {
      const element = field.element as Field
      return value.map((item) => this.#value(name, element, { version, value: item }))
    }
    if (field.kind === "struct" && field.fields && value !== null) return this.#fill(field.fields, version, value as Body)
    return this.#random() < 0.1 && !bounded.has(name) ? value : (this.#known(name, field) ?? value)
  }

  #known(name: string, field: Field): unknown {
    if (field.kind === "string") return this.#text(name)
    if (field.kind === "records") return this.#batch()
    if (field.kind === "uuid") return this.#one(this.#learned.get("topicId") ?? [])
    if (name === "sessionTimeoutMs") return 5_990 + below(this.#random, 1_000)
    if (name === "resourceType") return this.#one(resourceTypes)
    if (name === "acks") return this.#random() < 0.5 ? 1 : -1
    if (name in small) return below(this.#random, small[name] as number)
    const known = this.#learned.get(sameAs[name] ?? name) ?? []
    return this.#random() < 0.7 ? known.at(-1) : this.#one(known)
  }

  #text(name: string): string | undefined {
    if (/^(topic|topicName|topicNames|name)$/u.test(name) || name === "topics") return this.#one(topics)
    if (/group/iu.test(name) && name !== "groupInstanceId") return this.#one(groups)
    if (name === "transactionalId" || name === "transactionalIds") return this.#one(transactions)
    if (name === "resourceName") return this.#one([...topics, ...groups, "", "1", "0"])
    if (name === "memberId") return this.#one([...(this.#learned.get("memberId") ?? []), ""]) as string
    if (name === "protocolType") return "consumer"
    return undefined
  }

  #batch(): Uint8Array {
    const [producerId, producerEpoch] = ["producerId", "producerEpoch"].map((name) => this.#learned.get(name)?.at(-1))
    const isPlain = typeof producerId !== "number" || typeof producerEpoch !== "number" || this.#random() < 0.4
    const producer = isPlain
      ? {}
      : { producerId, producerEpoch, baseSequence: below(this.#random, 4), isTransactional: this.#random() < 0.5 }
    const batch = Buffer.from(
      batchOf(["a", "b", "c"].slice(0, 1 + below(this.#random, 3)), { ...producer, isControl: this.#random() < 0.05 }),
    )
    if (this.#random() < 0.1) batch[below(this.#random, batch.length)] = below(this.#random, 256)
    return batch
  }
}

/** Topics that can be made: no assignments, no configs, one replica. */
function plainTopics(body: Body): Body {
  const wanted = (body.topics as Body[]).slice(0, 1).map((topic) => ({
    ...topic,
    assignments: [],
    configs: [],
    replicationFactor: 1,
    numPartitions: 3,
  }))
  return { ...body, topics: wanted, ...("validateOnly" in body ? { validateOnly: false } : {}) }
}

/** As those commit who assign partitions to themselves. */
function withoutMember(body: Body): Body {
  return { ...body, memberId: "", generationIdOrMemberEpoch: -1, ...("groupInstanceId" in body ? { groupInstanceId: null } : {}) }
}

const resourceTypes = [2, 4, 8, 16, 32]

const learnt = new Set(["memberId", "producerId", "producerEpoch", "topicId", "generationId", "memberEpoch", "sessionId"])
const sameAs: Record<string, string> = { generationIdOrMemberEpoch: "generationId", epoch: "producerEpoch" }
/** Never left at random: they decide how long an answer takes, or how much is made. */
const bounded = new Set([
  "acks",
  "maxWaitMs",
  "sessionTimeoutMs",
  "rebalanceTimeoutMs",
  "timeoutMs",
  "transactionTimeoutMs",
  "numPartitions",
  "count",
])
/** Numbers that are below this. */
const small: Record<string, number> = {
  partition: 3,
  partitionIndex: 3,
  partitionIndexes: 3,
  partitions: 3,
  index: 3,
  maxWaitMs: 10,
  rebalanceTimeoutMs: 100,
  timeoutMs: 1_000,
  transactionTimeoutMs: 2_000,
  numPartitions: 4,
  count: 6,
  replicationFactor: 2,
  fetchOffset: 5,
  offset: 5,
  committedOffset: 5,
  sessionEpoch: 3,
  isolationLevel: 2,
  coordinatorType: 2,
  keyType: 2,
}
