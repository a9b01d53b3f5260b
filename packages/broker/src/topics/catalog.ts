// What exists: topics with their ids, partition counts and configs, broker configs, the next producer id. Owned by the replay of
// `__cluster_metadata` and by the admin calls, which apply a record here once it is durable. Knows nothing of logs or bytes.
import { QuotaStore } from "../quotas/quota-store.ts"
import { AclStore } from "../security/acl-store.ts"
import type { MetadataRecord } from "./metadata-records.ts"
import { ScramUsers } from "./scram-users.ts"
import { collisionKey, isInternalTopic } from "./topic-name.ts"

export const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

export interface Topic {
  readonly name: string
  readonly id: string
  readonly isInternal: boolean
  readonly partitionCount: number
  /** Set for this topic itself, in order of names. */
  readonly configs: ReadonlyMap<string, string>
}

export class Catalog {
  readonly scram = new ScramUsers()
  readonly acls = new AclStore()
  readonly quotas = new QuotaStore()
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #deletedIds = new Set<string>()
  readonly #collisions = new Map<string, string>()
  readonly #brokerConfigs = new Map<string, Map<string, string>>()
  readonly #groupConfigs = new Map<string, Map<string, string>>()
  #sorted: readonly Topic[] | null = null
  #nextProducerId = 1
  #brokerConfigVersion = 0

  apply(record: MetadataRecord): void {
    switch (record.type) {
      case "topic":
        this.#put(newTopic(record.name, record.topicId))
        break
      case "partition":
        this.#addPartition(record.topicId, record.partitionId)
        break
      case "config":
        this.#applyConfig(record)
        break
      case "removeTopic":
        this.#remove(record.topicId)
        break
      case "producerIds":
        this.#nextProducerId = record.nextProducerId
        break
      case "scramCredential":
      case "removeScramCredential":
        this.scram.apply(record)
        break
      case "acl":
        this.acls.put(record.id, record.rule)
        break
      case "removeAcl":
        this.acls.remove(record.id)
        break
      case "clientQuota":
        this.quotas.apply(record.change)
        break
    }
  }

  topic(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  topicById(id: string): Topic | undefined {
    return this.#byId.get(id)
  }

  /** All topics, by name. */
  topics(): readonly Topic[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return this.#sorted
  }

  /** An existing topic whose name differs only in `.` and `_`. */
  collidingName(name: string): string | undefined {
    return this.#collisions.get(collisionKey(name))
  }

  /** Topics that were deleted: what is left of them on disk may go. */
  get deletedIds(): ReadonlySet<string> {
    return this.#deletedIds
  }

  get nextProducerId(): number {
    return this.#nextProducerId
  }

  /** Dynamic configs of one broker, or of all under the name "". */
  brokerConfigs(name: string): ReadonlyMap<string, string> {
    return this.#brokerConfigs.get(name) ?? new Map()
  }

  /** Configs of one consumer group itself; the group need not exist. */
  groupConfigs(name: string): ReadonlyMap<string, string> {
    return this.#groupConfigs.get(name) ?? new Map()
  }

  groupsWithConfigs(): readonly string[] {
    return [...this.#groupConfigs.keys()].sort()
  }

  /** Changes with every change of a broker config: whoever remembers what follows from them looks here. */
  get brokerConfigVersion(): number {
    return this.#brokerConfigVersion
  }

  #put(topic: Topic): void {
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    this.#collisions.set(collisionKey(topic.name), topic.name)
    this.#sorted = null
  }

  #addPartition(id: string, index: number): void {
    const topic = this.#byId.get(id)
    if (topic) this.#put({ ...topic, partitionCount: Math.max(topic.partitionCount, index + 1) })
  }

  #remove(id: string): void {
    const topic = this.#byId.get(id)
    if (!topic) return
    this.#byId.delete(id)
    this.#byName.delete(topic.name)
    this.#collisions.delete(collisionKey(topic.name))
    this.#deletedIds.add(id)
    this.#sorted = null
  }

  #applyConfig({ resourceType, resourceName, name, value }: Extract<MetadataRecord, { type: "config" }>): void {
    if (resourceType === resourceTypes.broker) {
      this.#brokerConfigVersion += 1
      this.#brokerConfigs.set(resourceName, withValue(this.brokerConfigs(resourceName), name, value))
      return
    }
    if (resourceType === resourceTypes.group) {
      const configs = withValue(this.groupConfigs(resourceName), name, value)
      if (configs.size > 0) this.#groupConfigs.set(resourceName, configs)
      else this.#groupConfigs.delete(resourceName)
      return
    }
    const topic = this.#byName.get(resourceName)
    if (resourceType === resourceTypes.topic && topic) this.#put({ ...topic, configs: withValue(topic.configs, name, value) })
  }
}

const newTopic = (name: string, id: string): Topic => ({
  name,
  id,
  isInternal: isInternalTopic(name),
  partitionCount: 0,
  configs: new Map(),
})

function withValue(configs: ReadonlyMap<string, string>, name: string, value: string | null): Map<string, string> {
  const next = new Map(configs)
  if (value === null) next.delete(name)
  else next.set(name, value)
  return new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1)))
}
