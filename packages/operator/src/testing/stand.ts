// Everything around an operator for a test: a resource API, a broker behind the wire, a client that plays "somebody else", and the operator with
// its calls to the broker counted. Works with any API server and any broker.
import { type Client, type ClientOptions, createClient, type NewTopic, unwrap } from "@rivven/client"
import { type AnyObject, Informer, type KubeClient, type KubeObject, resourceTypeOf, resourceTypes } from "@rivven/kube"
import type { RivvenCluster, RivvenTopic } from "@rivven/resources"
import { type OperatorConfig, type Running, start } from "../operator.ts"

export type Surroundings = AsyncDisposable & { kube: KubeClient; bootstrap: string }

type Topic = RivvenTopic & KubeObject
type Cluster = RivvenCluster & KubeObject

let sequence = 0

export class Stand implements AsyncDisposable {
  readonly kube: KubeClient
  readonly namespace: string
  readonly bootstrap: string
  /** Somebody else at the same broker. */
  readonly stranger: Client
  readonly calls = new CallCounter()
  readonly topics: Informer<Topic>
  readonly clusters: Informer<Cluster>
  #running: Running | undefined
  readonly #settings: Partial<OperatorConfig>

  constructor({ kube, bootstrap }: { kube: KubeClient; bootstrap: string }, settings: Partial<OperatorConfig> = {}) {
    sequence += 1
    this.kube = kube
    this.bootstrap = bootstrap
    this.namespace = `op-${Date.now().toString(36)}-${sequence}`
    this.stranger = createClient({ bootstrap: [bootstrap], clientId: "stranger" })
    const selection = { namespace: this.namespace }
    this.topics = new Informer<Topic>({ client: kube, type: resourceTypes.rivvenTopics, selection })
    this.clusters = new Informer<Cluster>({ client: kube, type: resourceTypes.rivvenClusters, selection })
    this.#settings = settings
  }

  async prepare(): Promise<this> {
    await this.kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } })
    this.topics.start()
    this.clusters.start()
    return this
  }

  async startOperator(settings: Partial<OperatorConfig> = {}): Promise<void> {
    const { kube, namespace } = this
    const quick = { resyncMs: 600_000, clusterCheckMs: 400, batch: { lingerMs: 2, callTimeoutMs: 2_000 } }
    const config = { kube, namespaces: [namespace], ...quick, ...this.#settings, ...settings }
    this.#running = await start(config, { connect: (options) => this.calls.connect(options) })
  }

  async stopOperator(): Promise<void> {
    await this.#running?.stop()
    this.#running = undefined
  }

  /** A topic name that no other test uses on a shared broker. */
  name(suffix: string): string {
    return `${this.namespace}-${suffix}`
  }

  async cluster(spec: object = { external: { bootstrapServers: [this.bootstrap] } }, name = "local"): Promise<Cluster> {
    return (await this.apply("RivvenCluster", name, { spec })) as unknown as Cluster
  }

  /** Creates or changes a topic as a person would; `topicName` is made unique unless given. */
  async topic(name: string, spec: object = {}, metadata: object = {}): Promise<Topic> {
    const full = { clusterRef: { name: "local" }, topicName: this.name(name), ...spec }
    return (await this.apply("RivvenTopic", name, { spec: full, metadata })) as unknown as Topic
  }

  async apply(kind: string, name: string, more: { spec: object; metadata?: object }): Promise<AnyObject> {
    const metadata = { name, namespace: this.namespace, ...more.metadata }
    const object = { apiVersion: "rivven.io/v1alpha1", kind, metadata, spec: more.spec } as AnyObject
    return (await this.kube.apply(object, { manager: "test", force: true })).object
  }

  async annotate(name: string, annotations: Record<string, string | null>): Promise<void> {
    const key = { name, namespace: this.namespace }
    await this.kube.patch(resourceTypes.rivvenTopics, {
      key,
      contentType: "application/merge-patch+json",
      body: { metadata: { annotations } },
    })
  }

  async remove(kind: string, name: string): Promise<void> {
    const type = resourceTypeOf({ apiVersion: "rivven.io/v1alpha1", kind })
    await this.kube.remove(type, { name, namespace: this.namespace })
  }

  /** The first state of the topic that is as wished; fails with the last state seen. */
  until(name: string, isWished: (topic: Topic) => boolean): Promise<Topic> {
    return wished(this.topics, { key: `${this.namespace}/${name}`, isWished })
  }

  ready(name: string, generation?: number): Promise<Topic> {
    return this.until(name, (topic) => isReady(topic) && (generation ?? topic.metadata.generation) === topic.status?.observedGeneration)
  }

  /** Ready is False for this reason, of the newest generation. */
  failing(name: string, reason: string): Promise<Topic> {
    return this.until(
      name,
      (topic) => condition(topic, "Ready")?.reason === reason && topic.status?.observedGeneration === topic.metadata.generation,
    )
  }

  untilCluster(name: string, isWished: (cluster: Cluster) => boolean): Promise<Cluster> {
    return wished(this.clusters, { key: `${this.namespace}/${name}`, isWished })
  }

  untilGone(name: string): Promise<void> {
    const key = `${this.namespace}/${name}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${key} is still there: ${JSON.stringify(this.topics.get(key))}`)), patienceMs)
      const look = () => {
        if (this.topics.get(key)) return
        clearTimeout(timer)
        cancel()
        resolve()
      }
      const cancel = this.topics.onChange(() => queueMicrotask(look))
      queueMicrotask(look)
    })
  }

  /** Explicit configs of a topic on the broker. */
  async configs(topic: string): Promise<Record<string, string | null>> {
    const [described] = await this.stranger.admin.configs.describe([{ type: "topic", name: topic }])
    if (!described) throw new Error("no answer")
    return Object.fromEntries(
      unwrap(described)
        .filter(({ source }) => source === "topic")
        .map(({ name, value }) => [name, value]),
    )
  }

  async describe(topic: string) {
    const described = (await this.stranger.admin.topics.describe([topic])).get(topic)
    return described?.ok ? described.value : undefined
  }

  /** A topic that somebody else makes; its id, once every broker shows it. */
  async make(topic: NewTopic): Promise<string> {
    for (const result of (await this.stranger.admin.topics.create([topic])).values()) unwrap(result)
    return this.#shown(topic.name, () => true)
  }

  /** Somebody else deletes the topic, and with `again` makes another one under its name. */
  async unmake(name: string, again?: Omit<NewTopic, "name">): Promise<string | undefined> {
    const before = (await this.describe(name))?.id
    for (const result of (await this.stranger.admin.topics.delete([name])).values()) unwrap(result)
    if (!again) return undefined
    for (const result of (await this.stranger.admin.topics.create([{ ...again, name }])).values()) unwrap(result)
    return this.#shown(name, (id) => id !== before)
  }

  async #shown(name: string, isWished: (id: string) => boolean): Promise<string> {
    for (let tries = 0; tries < 1000; tries++) {
      const topic = await this.describe(name)
      if (topic && isWished(topic.id)) return topic.id
    }
    throw new Error(`the broker does not show topic ${name}`)
  }

  async setConfig(topic: string, name: string, value: string): Promise<void> {
    const [altered] = await this.stranger.admin.configs.incrementalAlter([
      { type: "topic", name: topic, operations: [{ name, op: "set", value }] },
    ])
    if (altered) unwrap(altered)
  }

  /** Reasons of the events about a topic, oldest first. */
  async events(name: string): Promise<string[]> {
    const { items } = await this.kube.listAll(resourceTypes.events, { namespace: this.namespace })
    const about = items.filter((event) => (event.regarding as { name?: string }).name === name)
    return about.toSorted((a, b) => (String(a.eventTime) < String(b.eventTime) ? -1 : 1)).map(({ reason }) => String(reason))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopOperator()
    await Promise.all([this.topics.stop(), this.clusters.stop(), this.stranger.close()])
  }
}

const patienceMs = 25_000

export function condition(
  object: { status?: { conditions?: readonly { type: string; status: string; reason: string; message: string }[] } },
  type: string,
) {
  return object.status?.conditions?.find((each) => each.type === type)
}

function isReady(topic: Topic): boolean {
  return condition(topic, "Ready")?.status === "True"
}

function wished<T extends KubeObject>(
  informer: Informer<T>,
  { key, isWished }: { key: string; isWished: (object: T) => boolean },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${key} did not get there: ${JSON.stringify(informer.get(key), null, 1)}`)), patienceMs)
    const look = () => {
      const object = informer.get(key)
      if (!object || !isWished(object)) return
      clearTimeout(timer)
      cancel()
      resolve(object)
    }
    const cancel = informer.onChange(() => queueMicrotask(look))
    queueMicrotask(look)
  })
}

/** Counts what the operator asks of the broker, by call. */
export class CallCounter {
  readonly #counts = new Map<string, number>()
  readonly #waiting: { name: string; count: number; resolve: () => void }[] = []

  connect(options: ClientOptions): Client {
    const client = createClient(options)
    return { ...client, admin: this.#wrap("", client.admin as unknown as Record<string, object>) as unknown as Client["admin"] }
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** Calls that change something on the broker. */
  get writes(): number {
    return ["topics.create", "topics.delete", "topics.createPartitions", "configs.incrementalAlter"].reduce(
      (sum, name) => sum + this.count(name),
      0,
    )
  }

  /** Resolves after so many more calls of this name. */
  more(name: string, count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ name, count: this.count(name) + count, resolve }))
  }

  #wrap(prefix: string, target: object): object {
    return new Proxy(target, {
      get: (object, key) => {
        const value = Reflect.get(object, key) as unknown
        if (typeof key !== "string") return value
        if (typeof value === "function")
          return (...args: unknown[]) => this.#counted(`${prefix}${key}`, () => value.apply(object, args) as unknown)
        return typeof value === "object" && value !== null ? this.#wrap(`${prefix}${key}.`, value) : value
      },
    })
  }

  #counted(name: string, call: () => unknown): unknown {
    this.#counts.set(name, this.count(name) + 1)
    for (const waiter of this.#waiting) if (waiter.name === name && this.count(name) >= waiter.count) waiter.resolve()
    return call()
  }
}
