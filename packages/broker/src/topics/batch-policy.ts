// What a topic's configs demand of a produced batch before the log sees it: copies in sync, a codec the client's version may use, keys
// where the topic is compacted, the topic's own codec. Nothing is decompressed unless a topic asks for it.
import type { ErrorName } from "@rivven/protocol"
import { type Codec, CompressionError, codecs, type DecodedBatch, decodeBatch, encodeBatch, verifyCrc } from "@rivven/protocol/records"
import { splitList, toNumber } from "../config.ts"
import type { Catalog, Topic } from "./catalog.ts"
import type { ConfigStore } from "./config-store.ts"

interface TopicRules {
  readonly version: number
  readonly minInSync: number
  readonly needsKeys: boolean
  /** Undefined: batches stay as they come. */
  readonly codec: Codec | undefined
  readonly level: number | undefined
}

export interface PolicyRefusal {
  readonly error: ErrorName
  readonly message: string
  readonly recordErrors?: { readonly batchIndex: number; readonly batchIndexErrorMessage: string }[]
}

export interface ProducedBatch {
  readonly batch: Uint8Array
  readonly acks: number
  /** Of the Produce request. */
  readonly apiVersion: number
}

const attributesAt = 22
const firstVersionWithZstd = 7
const maxRecordErrors = 100

export class BatchPolicy {
  readonly #catalog: Catalog
  readonly #configs: ConfigStore
  readonly #rules = new WeakMap<Topic, TopicRules>()

  constructor(catalog: Catalog, configs: ConfigStore) {
    this.#catalog = catalog
    this.#configs = configs
  }

  /** The batch to append, which may be another one, or why it is refused. */
  apply(topic: Topic, { batch, acks, apiVersion }: ProducedBatch): Uint8Array | PolicyRefusal {
    if (topic.isInternal) return { error: "INVALID_TOPIC_EXCEPTION", message: `${topic.name} is written by the broker only` }
    const rules = this.#rulesOf(topic)
    if (acks === -1 && rules.minInSync > 1)
      return {
        error: "NOT_ENOUGH_REPLICAS",
        message: `min.insync.replicas is ${rules.minInSync}; this cluster has one copy of each partition`,
      }
    const codec = codecs[(batch[attributesAt] ?? 0) & 7]
    if (codec === "zstd" && apiVersion < firstVersionWithZstd)
      return {
        error: "UNSUPPORTED_COMPRESSION_TYPE",
        message: `zstd needs Produce ${firstVersionWithZstd} or later; this request is version ${apiVersion}`,
      }
    const isForeignCodec = rules.codec !== undefined && codec !== rules.codec
    return rules.needsKeys || isForeignCodec ? rewritten(batch, rules) : batch
  }

  #rulesOf(topic: Topic): TopicRules {
    const known = this.#rules.get(topic)
    if (known?.version === this.#catalog.brokerConfigVersion) return known
    const rules = this.#readRules(topic)
    this.#rules.set(topic, rules)
    return rules
  }

  #readRules(topic: Topic): TopicRules {
    const value = (name: string) => this.#configs.topic(topic, name)
    const type = value("compression.type")
    const codec = type === "uncompressed" ? "none" : codecs.find((name) => name === type)
    return {
      version: this.#catalog.brokerConfigVersion,
      minInSync: toNumber(value("min.insync.replicas")),
      needsKeys: splitList(value("cleanup.policy")).includes("compact"),
      codec,
      level: codec === "gzip" || codec === "zstd" ? toNumber(value(`compression.${codec}.level`)) : undefined,
    }
  }
}

function rewritten(batch: Uint8Array, { needsKeys, codec, level }: TopicRules): Uint8Array | PolicyRefusal {
  const decoded = decoding(batch)
  if ("error" in decoded) return decoded
  const keyless = needsKeys ? decoded.records.flatMap(({ key }, index) => (key === null ? [index] : [])) : []
  if (keyless.length > 0)
    return {
      error: "INVALID_RECORD",
      message: `${keyless.length} record(s) without a key; every record of a compacted topic needs one`,
      recordErrors: keyless
        .slice(0, maxRecordErrors)
        .map((batchIndex) => ({ batchIndex, batchIndexErrorMessage: "the record has no key" })),
    }
  const { header, records } = decoded
  if (codec === undefined || header.codec === codec) return batch
  const { producerId, producerEpoch, baseSequence, isTransactional } = header
  return encodeBatch({ records, codec, compressionLevel: level, producerId, producerEpoch, baseSequence, isTransactional })
}

/** The checksum first: a rewritten batch gets a new one, which must not hide that this one was wrong. */
function decoding(batch: Uint8Array): DecodedBatch | PolicyRefusal {
  try {
    const decoded = decodeBatch(batch)
    return verifyCrc(batch) ? decoded : { error: "CORRUPT_MESSAGE", message: "the checksum of the batch does not fit its bytes" }
  } catch (error) {
    const isTooLarge = error instanceof CompressionError && error.kind === "tooLarge"
    const message = error instanceof Error ? error.message : String(error)
    return { error: isTooLarge ? "MESSAGE_TOO_LARGE" : "CORRUPT_MESSAGE", message }
  }
}
