// One request on a resource → one answer. Reads and watches are here; writes are in `writes.ts`.
import type { IncomingMessage, ServerResponse } from "node:http"
import { KubeError } from "../../errors.ts"
import { qualifiedName, type Resource } from "../kinds/resource.ts"
import { invalidOptions } from "../verbs/context.ts"
import { get, list, viewed } from "../verbs/read.ts"
import { scaleOf } from "../verbs/scale.ts"
import type { Writer } from "../verbs/writer.ts"
import { negotiate } from "./negotiate.ts"
import { includeObject, isTrue, listQuery, watchSeconds } from "./parameters.ts"
import { type Rendering, renderObject, renderPage } from "./render.ts"
import type { Route } from "./route.ts"
import { Watch } from "./watch.ts"
import { write } from "./writes.ts"

export type Exchange = { request: IncomingMessage; response: ServerResponse; query: URLSearchParams; route: Route }

export type Answer = { status: number; body: string; warnings?: readonly string[] }

export class ResourceHandler {
  readonly #writer: Writer
  readonly #watches = new Set<Watch>()

  constructor(writer: Writer) {
    this.#writer = writer
  }

  get watchCount(): number {
    return this.#watches.size
  }

  /** `undefined`: a watch took over the response. */
  async handle(exchange: Exchange): Promise<Answer | undefined> {
    const { request, route } = exchange
    const method = request.method ?? "GET"
    checkMethod(method, route)
    const rendering = this.#rendering(exchange)
    if (method !== "GET") return await write(this.#writer, exchange, rendering)
    if (route.name !== undefined) return this.#get(exchange, rendering)
    if (isTrue(exchange.query, "watch")) return this.#watch(exchange, rendering)
    const page = list(this.#writer.server, { ...route, subresource: undefined }, listQuery(exchange.query))
    return { status: 200, body: renderPage(page, route.resource, rendering) }
  }

  stop(): void {
    for (const watch of this.#watches) watch.end()
  }

  #get({ route, query }: Exchange, rendering: Rendering): Answer | undefined {
    const { resource, namespace, name = "", subresource } = route
    const version = query.get("resourceVersion") ?? ""
    if (version !== "" && !/^\d{1,15}$/.test(version))
      throw new KubeError("BadRequest", `resourceVersion: Invalid value: ${JSON.stringify(version)}`)
    const { store } = this.#writer.server
    const object = get(this.#writer.server, resource, { namespace, name })
    if (subresource === "scale") return { status: 200, body: JSON.stringify(scaleOf(object, resource)) }
    const entry = store.get(resource.collection, { namespace, name })
    if (entry && rendering.form === "json") return { status: 200, body: viewed(entry, resource).json }
    return { status: 200, body: renderObject(object, resource, rendering) }
  }

  #watch({ route, query, response }: Exchange, rendering: Rendering): undefined {
    const { server } = this.#writer
    const { labelSelector, fieldSelector, resourceVersion } = listQuery(query)
    const sendsInitialEvents = isTrue(query, "sendInitialEvents")
    const allowsBookmarks = isTrue(query, "allowWatchBookmarks")
    if (sendsInitialEvents) checkInitialEvents(query)
    const watch = new Watch(
      server,
      {
        ...route,
        subresource: undefined,
        labelSelector,
        fieldSelector: route.name === undefined ? fieldSelector : `metadata.name=${route.name}`,
        resourceVersion,
        allowsBookmarks,
        sendsInitialEvents,
        timeoutSeconds: watchSeconds(query, server.ports.random.next()),
        rendering,
      },
      response,
    )
    this.#watches.add(watch)
    watch.start(() => this.#watches.delete(watch))
    return undefined
  }

  #rendering({ request, query }: Exchange): Rendering {
    const form = negotiate(request.headers.accept)
    return { form, includeObject: includeObject(query), nowMs: this.#writer.server.ports.clock.wall() }
  }
}

function checkInitialEvents(query: URLSearchParams): void {
  if (query.get("resourceVersionMatch") === "NotOlderThan") return
  const message = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
  throw invalidOptions("ListOptions", { field: "resourceVersionMatch", reason: "FieldValueForbidden", message })
}

const collectionMethods = ["GET", "POST", "DELETE"]
const objectMethods = ["GET", "PUT", "PATCH", "DELETE"]
const subresourceMethods = ["GET", "PUT", "PATCH"]

function checkMethod(method: string, { resource, name, namespace, subresource }: Route): void {
  const known = name === undefined ? collectionMethods : subresource === undefined ? objectMethods : subresourceMethods
  // Objects are made in one namespace, listed and watched in all.
  const isAcross = resource.isNamespaced && namespace === undefined
  const allowed = isReadOnlyHere(resource) || isAcross ? ["GET"] : known
  if (allowed.includes(method)) return
  throw new KubeError("MethodNotAllowed", `${method} is not supported on ${qualifiedName(resource)} here; supported: ${allowed.join(", ")}`)
}

function isReadOnlyHere(resource: Resource): boolean {
  return resource.isReadOnly
}
