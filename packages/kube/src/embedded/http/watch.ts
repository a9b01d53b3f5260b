// One watch: what is there or was since a version, then every change as it becomes durable. A reader that does not keep up is cut off
// and lists again; that is cheaper than holding events for it. No timer runs but for bookmarks (once a minute) and the agreed end.
import type { ServerResponse } from "node:http"
import { KubeError } from "../../errors.ts"
import type { AnyObject } from "../../object.ts"
import type { Cancel } from "../../ports.ts"
import { apiVersionOf, type Resource } from "../kinds/resource.ts"
import type { Selector } from "../selectors.ts"
import { Entry, type StoredEvent } from "../storage/store.ts"
import type { Server, Target } from "../verbs/context.ts"
import { badVersion, selectorOf, tooLarge, viewed } from "../verbs/read.ts"
import { type Rendering, renderEvent } from "./render.ts"

export type WatchRequest = Target & {
  labelSelector: string
  fieldSelector: string
  resourceVersion: string
  allowsBookmarks: boolean
  sendsInitialEvents: boolean
  timeoutSeconds: number
  rendering: Rendering
}

const bookmarkMs = 60_000
const bufferLimitBytes = 16 * 1024 * 1024

export class Watch {
  readonly #server: Server
  readonly #request: WatchRequest
  readonly #response: ServerResponse
  readonly #selects: Selector | undefined
  readonly #stops: (() => void)[] = []
  #cancelBookmark: Cancel = () => undefined
  #isFirst = true
  #isEnded = false
  #sentRevision: number

  /** Throws what is wrong with the request before anything is sent. */
  constructor(server: Server, request: WatchRequest, response: ServerResponse) {
    this.#server = server
    this.#request = request
    this.#response = response
    this.#selects = selectorOf(request, request.resource)
    this.#sentRevision = this.#startRevision()
  }

  start(onEnd: () => void): void {
    const { ports, store } = this.#server
    this.#stops.push(onEnd)
    this.#response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" })
    this.#response.flushHeaders()
    this.#response.on("close", () => this.end())
    const isKept = this.#sentRevision >= store.oldestRevision
    if (!isKept) {
      this.#sendExpired()
      this.end()
      return
    }
    this.#sendPast()
    this.#stops.push(store.subscribe((event) => this.#onEvent(event)))
    this.#stops.push(ports.clock.after(this.#request.timeoutSeconds * 1000, () => this.#timeOut()))
    this.#planBookmark()
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#cancelBookmark()
    for (const stop of this.#stops) stop()
    this.#response.end()
  }

  /** Without a version: everything that is there now comes first, as new. */
  get #startsWithState(): boolean {
    const { resourceVersion, sendsInitialEvents } = this.#request
    return sendsInitialEvents || resourceVersion === "" || resourceVersion === "0"
  }

  #startRevision(): number {
    const { resourceVersion } = this.#request
    const { store } = this.#server
    if (resourceVersion !== "" && !/^\d{1,15}$/.test(resourceVersion)) throw badVersion(resourceVersion)
    if (Number(resourceVersion) > store.revision) throw tooLarge(Number(resourceVersion), store)
    return this.#startsWithState ? store.revision : Number(resourceVersion)
  }

  #sendPast(): void {
    const { resource, namespace, sendsInitialEvents, allowsBookmarks } = this.#request
    const { store } = this.#server
    if (!this.#startsWithState) {
      for (const event of store.since(this.#sentRevision)) this.#onEvent(event)
      return
    }
    for (const entry of store.list(resource.collection, namespace)) if (this.#selects?.(entry.object) ?? true) this.#send("ADDED", entry)
    if (sendsInitialEvents && allowsBookmarks) this.#sendBookmark({ "k8s.io/initial-events-end": "true" })
  }

  #onEvent(event: StoredEvent): void {
    this.#sentRevision = event.revision
    const { resource, namespace } = this.#request
    if (event.collection !== resource.collection) return
    const any = event.after ?? event.before
    if (!any || (namespace !== undefined && any.object.metadata.namespace !== namespace)) return
    const was = event.before !== undefined && this.#isSelected(event.before)
    if (event.after && this.#isSelected(event.after)) this.#send(was ? "MODIFIED" : "ADDED", event.after)
    else if (was && event.before) this.#send("DELETED", withRevision(event.before, event.revision))
  }

  #isSelected(entry: Entry): boolean {
    return this.#selects?.(entry.object) ?? true
  }

  #send(type: string, entry: Entry): void {
    const { resource, rendering } = this.#request
    const now = { ...rendering, nowMs: this.#server.ports.clock.wall() }
    this.#write(renderEvent(type, viewed(entry, resource), { resource, rendering: now, isFirst: this.#isFirst }))
    this.#isFirst = false
  }

  #write(line: string): void {
    if (this.#isEnded) return
    this.#response.write(line)
    if (this.#response.writableLength > bufferLimitBytes) this.#response.destroy()
  }

  #sendBookmark(annotations?: Record<string, string>): void {
    const { resource } = this.#request
    const metadata = { resourceVersion: String(this.#sentRevision), creationTimestamp: null, ...(annotations && { annotations }) }
    const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } as unknown as AnyObject
    this.#write(bookmarkLine(object, this.#request))
  }

  #planBookmark(): void {
    if (!this.#request.allowsBookmarks) return
    this.#cancelBookmark = this.#server.ports.clock.after(bookmarkMs, () => {
      this.#sendBookmark()
      this.#planBookmark()
    })
  }

  #timeOut(): void {
    if (this.#request.allowsBookmarks) this.#sendBookmark()
    this.end()
  }

  #sendExpired(): void {
    const { store } = this.#server
    const error = new KubeError("Expired", `too old resource version: ${this.#sentRevision} (${store.oldestRevision})`)
    this.#write(`${JSON.stringify({ type: "ERROR", object: error.toStatus() })}\n`)
  }
}

function withRevision({ object }: Entry, revision: number): Entry {
  return new Entry({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })
}

function bookmarkLine(object: AnyObject, { rendering }: { resource: Resource; rendering: Rendering }): string {
  if (rendering.form !== "table") return `${JSON.stringify({ type: "BOOKMARK", object })}\n`
  const { resourceVersion } = object.metadata
  const row = { cells: [], object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } }
  const table = { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: { resourceVersion }, columnDefinitions: [], rows: [row] }
  return `${JSON.stringify({ type: "BOOKMARK", object: table })}\n`
}
