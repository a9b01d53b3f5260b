// What the contract suite needs of an API server: an address to send raw requests to. Nothing in the suite knows which server answers.
import { Agent } from "undici"
import type { AnyObject } from "../object.ts"

export type ApiAddress = { server: string; ca: string; token: string }

export type Call = {
  body?: unknown
  /** Sent as it is, where the body must not be JSON made here. */
  text?: string
  contentType?: string
  accept?: string
  token?: string
}

/** A test reads into an answer without proving each step of the way. */
type Loose = ReturnType<typeof JSON.parse>

export type Answer = { status: number; body: Loose; headers: Record<string, string | string[] | undefined> }

export class ApiUnderTest {
  readonly #address: ApiAddress
  readonly #agent: Agent

  constructor(address: ApiAddress) {
    this.#address = address
    this.#agent = new Agent({ connect: { ca: address.ca }, bodyTimeout: 60_000 })
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const response = await this.#agent.request({
      origin: this.#address.server,
      method: method as "GET",
      path,
      headers: {
        authorization: `Bearer ${call.token ?? this.#address.token}`,
        accept: call.accept ?? "application/json",
        "user-agent": "contract/1",
        ...((call.body !== undefined || call.text !== undefined) && { "content-type": call.contentType ?? "application/json" }),
      },
      body: call.text ?? (call.body === undefined ? null : JSON.stringify(call.body)),
    })
    const text = await response.body.text()
    let body: unknown = text
    try {
      body = JSON.parse(text)
    } catch {
      // Health and the like answer in plain text.
    }
    return { status: response.statusCode, body, headers: response.headers }
  }

  get = (path: string, call?: Call): Promise<Answer> => this.call("GET", path, call)
  post = (path: string, body: unknown, call?: Call): Promise<Answer> => this.call("POST", path, { ...call, body })
  put = (path: string, body: unknown, call?: Call): Promise<Answer> => this.call("PUT", path, { ...call, body })
  delete = (path: string, body?: unknown): Promise<Answer> => this.call("DELETE", path, { body })

  merge = (path: string, body: unknown): Promise<Answer> => this.call("PATCH", path, { body, contentType: "application/merge-patch+json" })
  jsonPatch = (path: string, body: unknown): Promise<Answer> =>
    this.call("PATCH", path, { body, contentType: "application/json-patch+json" })

  /** Server-side apply; `options` are further parameters of the query. */
  apply = (path: string, body: unknown, options: string): Promise<Answer> =>
    this.call("PATCH", `${path}?${options}`, { body, contentType: "application/apply-patch+yaml" })

  /** Events of a watch until `count` came or the server ended it. */
  async watch(path: string, count: number, call: Call = {}): Promise<WatchedEvent[]> {
    const watching = await this.openWatch(path, call)
    return await watching.take(count)
  }

  /** The server has taken up the watch when this resolves. */
  async openWatch(path: string, call: Call = {}): Promise<OpenWatch> {
    const response = await this.#agent.request({
      origin: this.#address.server,
      method: "GET",
      path,
      headers: { authorization: `Bearer ${this.#address.token}`, accept: call.accept ?? "application/json" },
    })
    if (response.statusCode !== 200) throw new Error(`the watch was answered with ${response.statusCode}: ${await response.body.text()}`)
    const lines = readLines(response.body)
    return {
      take: async (count) => {
        const events: WatchedEvent[] = []
        while (events.length < count) {
          const { value, done } = await lines.next()
          if (done) break
          events.push(JSON.parse(value) as WatchedEvent)
        }
        return events
      },
      close: () => void response.body.destroy(),
    }
  }

  /** A namespace of its own for each test. */
  async namespace(): Promise<string> {
    const { body, status } = await this.post("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { generateName: "contract-" },
    })
    if (status !== 201) throw new Error(`no namespace: ${JSON.stringify(body)}`)
    return body.metadata.name
  }
}

export type WatchedEvent = { type: string; object: Loose }
export type OpenWatch = { take(count: number): Promise<WatchedEvent[]>; close(): void }

async function* readLines(stream: AsyncIterable<unknown>): AsyncGenerator<string, void, void> {
  let rest = ""
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split("\n")
    rest = parts.pop() ?? ""
    for (const part of parts) if (part !== "") yield part
  }
}

export type Use = () => ApiUnderTest

export const topicsIn = (namespace: string): string => `/apis/rivven.io/v1alpha1/namespaces/${namespace}/rivventopics`
export const clustersIn = (namespace: string): string => `/apis/rivven.io/v1alpha1/namespaces/${namespace}/rivvenclusters`
export const connectsIn = (namespace: string): string => `/apis/rivven.io/v1alpha1/namespaces/${namespace}/rivvenconnects`

const apiVersion = "rivven.io/v1alpha1"

export function topic(name: string, spec: object = {}, metadata: object = {}): AnyObject {
  return { apiVersion, kind: "RivvenTopic", metadata: { name, ...metadata }, spec: { clusterRef: { name: "local" }, ...spec } }
}

export function cluster(name: string, spec: object = {}): AnyObject {
  return { apiVersion, kind: "RivvenCluster", metadata: { name }, spec: { version: "1.0.0", ...spec } }
}

export function connect(name: string, spec: object = {}): AnyObject {
  return { apiVersion, kind: "RivvenConnect", metadata: { name }, spec: { clusterRef: { name: "local" }, ...spec } }
}

export function readyCondition(status: "True" | "False" = "True"): object {
  return { type: "Ready", status, reason: "Tested", message: "", lastTransitionTime: "2026-01-31T12:00:00Z" }
}
