// A whole small world for router tests: an engine behind the wire, a resource API on real storage, the operator between them, and the console's
// parts without its HTTP server. Time is real, because the others live in it.
import { startTestBroker, type TestBroker } from "@rivven/broker/testing"
import { type Client, createClient, unwrap } from "@rivven/client"
import { type AnyObject, KubeClient, resourceTypes } from "@rivven/kube"
import { startTempApi, type TempApi } from "@rivven/kube/testing"
import { start as startOperator } from "@rivven/operator"
import { type Assembly, assemble } from "../assemble.ts"
import type { Context } from "../context.ts"
import { withDefaults } from "../node-ports.ts"
import { appRouter } from "../root.ts"
import type { TopicObject } from "../sources/kube/objects.ts"

const patienceMs = 10_000
/** Tests ask more of a broker than a person does. */
const brokerLimits = { perSecond: 10_000, burst: 10_000, inFlight: 8 }

export class World implements AsyncDisposable {
  readonly broker: TestBroker
  readonly api: TempApi
  readonly kube: KubeClient
  /** Somebody else at the same broker. */
  readonly stranger: Client
  readonly console: Assembly
  readonly #stop: () => Promise<void>

  private constructor(parts: {
    broker: TestBroker
    api: TempApi
    kube: KubeClient
    stranger: Client
    console: Assembly
    stop: () => Promise<void>
  }) {
    this.broker = parts.broker
    this.api = parts.api
    this.kube = parts.kube
    this.stranger = parts.stranger
    this.console = parts.console
    this.#stop = parts.stop
  }

  static async start(options: { withOperator?: boolean; storeFile?: string } = {}): Promise<World> {
    await using stack = new AsyncDisposableStack()
    const broker = stack.use(await startTestBroker())
    const api = stack.use(await startTempApi())
    const credentials = { server: api.server, ca: api.caPem, token: api.token }
    const kube = new KubeClient(credentials)
    stack.defer(() => kube.close())
    const cluster = {
      apiVersion: "rivven.io/v1alpha1",
      kind: "RivvenCluster",
      metadata: { name: "local", namespace: "default" },
      spec: { external: { bootstrapServers: [broker.bootstrap] } },
    }
    await kube.apply(cluster, { manager: "rivven-up", force: true })
    if (options.withOperator === true) {
      const operator = await startOperator({ kube, batch: { lingerMs: 2 } })
      stack.defer(() => operator.stop())
    }
    const stranger = createClient({ bootstrap: [broker.bootstrap], clientId: "stranger" })
    stack.defer(() => stranger.close())
    const storeFile = options.storeFile ?? ":memory:"
    const console = await assemble(
      { storeFile, kube: credentials, metricsTargets: [], version: "1.2.3", defaultNamespace: "default", brokerLimits },
      withDefaults(),
    )
    stack.defer(() => console.stop())
    console.start()
    const owned = stack.move()
    return new World({ broker, api, kube, stranger, console, stop: () => owned.disposeAsync() })
  }

  /** The procedures, as the person who is signed in calls them. */
  async signedIn() {
    const { session } = await this.console.deps.sessions.create({ userName: "local-admin", address: "127.0.0.1", userAgent: "test" })
    return appRouter.createCaller(this.context({ kind: "user", name: "local-admin", role: "local-admin" }, session.id))
  }

  context(subject: Context["caller"]["subject"], sessionId: string | null): Context {
    return {
      caller: { subject, sessionId, address: "127.0.0.1", requestId: "test", signal: new AbortController().signal },
      deps: this.console.deps,
    }
  }

  async make(topic: { name: string; partitions?: number; configs?: Record<string, string> }): Promise<void> {
    for (const result of (await this.stranger.admin.topics.create([topic])).values()) unwrap(result)
  }

  /** Writes records with keys k0, k1, …; a partition alone when it is given. */
  async produce(topic: string, count: number, options: { partition?: number; timestamp?: number } = {}): Promise<void> {
    const producer = this.stranger.producer()
    const sent = Array.from({ length: count }, (_, at) => producer.send({ topic, key: `k${at}`, value: `{"id":${at}}`, ...options }))
    for (const result of await Promise.all(sent)) unwrap(result)
    await producer.close()
  }

  /** A sampling round over what is there now. */
  async sample(): Promise<void> {
    for (const source of this.console.deps.brokers.all()) source.invalidate()
    await this.console.sampler.sample()
  }

  async commit(group: string, topic: string, offsets: Record<number, number>): Promise<void> {
    const commits = Object.entries(offsets).map(([partition, offset]) => ({ topic, partition: Number(partition), offset }))
    for (const result of await this.stranger.admin.groups.alterOffsets(group, commits)) unwrap(result)
  }

  /** Writes a RivvenTopic as somebody else; its generation then. */
  async applyAs(manager: string, name: string, parts: { spec?: object; labels?: Record<string, string> }): Promise<number> {
    const { labels, spec } = parts
    const metadata = { name, namespace: "default", ...(labels && { labels }) }
    const body: AnyObject = { apiVersion: "rivven.io/v1alpha1", kind: "RivvenTopic", metadata, ...(spec && { spec }) }
    const { object } = await this.kube.apply(body, { manager, force: true })
    return object.metadata.generation ?? 0
  }

  async resource(name: string): Promise<TopicObject | undefined> {
    return await this.kube.get<TopicObject>(resourceTypes.rivvenTopics, { namespace: "default", name })
  }

  /** Asks until the answer is as wished: what other parts do takes them some time. */
  async until<T>(ask: () => Promise<T>, isWished: (answer: T) => boolean): Promise<T> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const answer = await ask()
      if (isWished(answer)) return answer
      if (performance.now() > deadline) throw new Error(`it did not come about: ${JSON.stringify(answer).slice(0, 2000)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
  }
}
