// Short words for what tests say to a broker again and again, over the wire and in one version each.

import { errorName, type RequestInput, type ResponseOf } from "@rivven/protocol"
import {
  CreateTopics,
  DeleteTopics,
  Fetch,
  IncrementalAlterConfigs,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  Produce,
} from "@rivven/protocol/messages"
import { type BatchInput, batchHeaders, decodeBatch, encodeBatch, type KafkaRecord } from "@rivven/protocol/records"
import { WireClient } from "./wire-client.ts"

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const plain = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes))

export interface Spoken {
  readonly error: string
  readonly message: string | null
}

/** A batch of these values, stamped one millisecond apart from `timestamp`. */
export function batchOf(
  values: readonly string[],
  options: Partial<BatchInput> & { timestamp?: number; key?: string | null } = {},
): Uint8Array {
  const { timestamp = 1_700_000_000_000, key = null, ...rest } = options
  const records = values.map((value, index) => ({ timestamp: timestamp + index, key: key === null ? null : utf8(key), value: utf8(value) }))
  return encodeBatch({ records, ...rest })
}

export function recordsOf(bytes: Uint8Array | null): KafkaRecord[] {
  if (bytes === null) return []
  return [...batchHeaders(bytes)].flatMap(({ at, header }) => decodeBatch(bytes.subarray(at, at + header.sizeBytes)).records)
}

type FetchOptions = Partial<RequestInput<typeof Fetch>> & {
  offset?: number
  partition?: number
  version?: number
  partitionMaxBytes?: number
  leaderEpoch?: number
}

interface CommitOptions {
  metadata?: string
  memberId?: string
  generation?: number
  leaderEpoch?: number
  version?: number
}

export class Talk implements AsyncDisposable {
  readonly wire: WireClient

  constructor(wire: WireClient) {
    this.wire = wire
  }

  static async to(broker: { host: string; port: number }, clientId?: string): Promise<Talk> {
    return new Talk(await WireClient.connect({ host: broker.host, port: broker.port, clientId }))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.wire[Symbol.asyncDispose]()
  }

  async createTopic(
    name: string,
    options: { partitions?: number; configs?: Record<string, string>; validateOnly?: boolean } = {},
  ): Promise<Spoken & { id: string }> {
    const { partitions = 1, configs = {}, validateOnly = false } = options
    const wanted = {
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    }
    const { topics } = await this.wire.call(CreateTopics, 7, { topics: [wanted], validateOnly })
    const [topic] = topics
    return { ...spoken(topic), id: topic?.topicId ?? "" }
  }

  async deleteTopic(name: string): Promise<Spoken> {
    const { responses } = await this.wire.call(DeleteTopics, 5, { topics: [], topicNames: [name], timeoutMs: 1_000 })
    return spoken(responses[0])
  }

  async metadata(name: string, options: { mayCreate?: boolean } = {}): Promise<ResponseOf<typeof Metadata>["topics"][number]> {
    const { topics } = await this.wire.call(Metadata, 12, {
      topics: [{ name }],
      allowAutoTopicCreation: options.mayCreate ?? false,
      includeTopicAuthorizedOperations: false,
    })
    return topics[0]!
  }

  async produce(topic: string, records: Uint8Array | null, options: { partition?: number; acks?: number; version?: number } = {}) {
    const { partition = 0, acks = -1, version = 9 } = options
    const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }]
    const { responses } = await this.wire.call(Produce, version, { acks, timeoutMs: 1_000, topicData })
    const answer = responses[0]!.partitionResponses[0]!
    return { ...answer, ...spoken(answer) }
  }

  /** The one partition's answer, its error by name. */
  async fetch(topic: string, options: FetchOptions = {}) {
    const { offset = 0, partition = 0, version = 11, partitionMaxBytes = 1_048_576, leaderEpoch = -1, ...rest } = options
    const position = { partition, fetchOffset: offset, partitionMaxBytes, currentLeaderEpoch: leaderEpoch }
    const body = {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 10_485_760,
      topics: [{ topic, partitions: [position] }],
      forgottenTopicsData: [],
      ...rest,
    }
    const response = await this.wire.call(Fetch, version, body)
    const answer = response.responses[0]?.partitions[0]
    return { response, answer, error: errorName(answer?.errorCode ?? response.errorCode), records: recordsOf(answer?.records ?? null) }
  }

  async values(topic: string, options: FetchOptions = {}): Promise<(string | null)[]> {
    return (await this.fetch(topic, options)).records.map((record) => plain(record.value))
  }

  async offsetAt(topic: string, timestamp: number, options: { partition?: number; version?: number } = {}) {
    const { partition = 0, version = 7 } = options
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }]
    const answer = (await this.wire.call(ListOffsets, version, { replicaId: -1, isolationLevel: 0, topics })).topics[0]!.partitions[0]!
    return { ...answer, error: errorName(answer.errorCode) }
  }

  async setConfig(resource: { type: number; name: string }, configs: Record<string, string | null>, operation = 0): Promise<Spoken> {
    const changes = Object.entries(configs).map(([name, value]) => ({ name, value, configOperation: value === null ? 1 : operation }))
    const resources = [{ resourceType: resource.type, resourceName: resource.name, configs: changes }]
    return spoken((await this.wire.call(IncrementalAlterConfigs, 1, { resources, validateOnly: false })).responses[0])
  }

  async commit(groupId: string, at: { topic: string; partition?: number; offset: number }, options: CommitOptions = {}): Promise<string> {
    const { metadata = "", memberId = "", generation = -1, leaderEpoch = -1, version = 8 } = options
    const { topic, partition = 0, offset } = at
    const partitions = [
      { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata: metadata },
    ]
    const body = { groupId, generationIdOrMemberEpoch: generation, memberId, topics: [{ name: topic, partitions }] }
    return errorName((await this.wire.call(OffsetCommit, version, body)).topics[0]!.partitions[0]!.errorCode)
  }

  async committed(groupId: string, topic: string, options: { partition?: number; requireStable?: boolean } = {}) {
    const { partition = 0, requireStable = false } = options
    const { topics } = await this.wire.call(OffsetFetch, 7, {
      groupId,
      topics: [{ name: topic, partitionIndexes: [partition] }],
      groups: [],
      requireStable,
    })
    const answer = topics[0]!.partitions[0]!
    return { ...answer, offset: answer.committedOffset, error: errorName(answer.errorCode) }
  }
}

function spoken(answer: { errorCode: number; errorMessage?: string | null } | undefined): Spoken {
  return { error: errorName(answer?.errorCode ?? 0), message: answer?.errorMessage ?? null }
}
