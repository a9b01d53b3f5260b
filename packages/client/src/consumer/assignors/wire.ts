/**
 * What members say inside JoinGroup and SyncGroup (Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment, versions 0-3). The
 * broker passes these bytes on unread, so they come from any other client: every count is checked against the bytes left.
 */
import { failed, ok, type Result } from "../../errors.ts"
import type { TopicPartition } from "./assignor.ts"

export type Subscription = { topics: string[]; owned: TopicPartition[]; generation: number; rack: string | null }

const version = 3

export function encodeSubscription(subscription: Subscription): Uint8Array {
  const parts: Uint8Array[] = [int16(version), int32(subscription.topics.length), ...subscription.topics.map(text)]
  // The cooperative-sticky assignor of older clients reads the generation from the user data.
  parts.push(int32(4), int32(subscription.generation), ...topicPartitions(subscription.owned), int32(subscription.generation))
  parts.push(subscription.rack === null ? int16(-1) : text(subscription.rack))
  return Buffer.concat(parts)
}

export function encodeAssignment(assigned: readonly TopicPartition[]): Uint8Array {
  return Buffer.concat([int16(version), ...topicPartitions(assigned), int32(-1)])
}

export function decodeSubscription(bytes: Uint8Array): Result<Subscription> {
  return decode(bytes, "subscription", (cursor) => {
    const theirs = cursor.int16()
    const topics = cursor.list(2, () => cursor.text())
    const userData = cursor.bytes()
    const owned = theirs >= 1 && cursor.left > 0 ? readTopicPartitions(cursor) : []
    const generation = theirs >= 2 ? cursor.int32() : generationOf(userData)
    const rack = theirs >= 3 ? cursor.nullableText() : null
    return { topics, owned, generation, rack }
  })
}

export function decodeAssignment(bytes: Uint8Array): Result<TopicPartition[]> {
  if (bytes.length === 0) return ok([])
  return decode(bytes, "assignment", (cursor) => {
    cursor.int16()
    return readTopicPartitions(cursor)
  })
}

function decode<T>(bytes: Uint8Array, what: string, read: (cursor: Cursor) => T): Result<T> {
  try {
    return ok(read(new Cursor(bytes)))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return failed("BAD_ANSWER", `a member's ${what} is malformed: ${error.message}`)
  }
}

function generationOf(userData: Uint8Array): number {
  return userData.length === 4 ? new Cursor(userData).int32() : -1
}

function readTopicPartitions(cursor: Cursor): TopicPartition[] {
  const groups = cursor.list(6, () => {
    const topic = cursor.text()
    return cursor.list(4, () => ({ topic, partition: cursor.int32() }))
  })
  return groups.flat()
}

function topicPartitions(items: readonly TopicPartition[]): Uint8Array[] {
  const byTopic = Map.groupBy(items, ({ topic }) => topic)
  const parts = [int32(byTopic.size)]
  for (const [topic, group] of byTopic) parts.push(text(topic), int32(group.length), ...group.map(({ partition }) => int32(partition)))
  return parts
}

function int16(value: number): Uint8Array {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value, "utf8")
  return Buffer.concat([int16(bytes.length), bytes])
}

class Cursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  int16(): number {
    return this.#take(2).readInt16BE()
  }

  int32(): number {
    return this.#take(4).readInt32BE()
  }

  text(): string {
    return this.nullableText() ?? ""
  }

  nullableText(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.#take(length).toString("utf8")
  }

  bytes(): Uint8Array {
    return this.#take(Math.max(0, this.int32()))
  }

  /** `leastBytes` is the smallest size of one item: a count that cannot fit is refused before anything is allocated. */
  list<T>(leastBytes: number, read: () => T): T[] {
    const count = Math.max(0, this.int32())
    if (count * leastBytes > this.left) throw new RangeError(`${count} items announced, ${this.left} bytes left at ${this.#at}`)
    return Array.from({ length: count }, read)
  }

  #take(length: number): Buffer {
    if (length > this.left) throw new RangeError(`${length} bytes wanted, ${this.left} left at ${this.#at}`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
