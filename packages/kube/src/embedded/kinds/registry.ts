// All resources of this server, found by path and by kind.
import { coreResources } from "./core.ts"
import { resourceOfCrd } from "./crd.ts"
import { eventResources } from "./events.ts"
import { apiVersionOf, type Resource } from "./resource.ts"

export class Registry {
  readonly all: readonly Resource[]
  readonly #byPath: ReadonlyMap<string, Resource>
  readonly #byKind: ReadonlyMap<string, Resource>
  readonly #byCollection: ReadonlyMap<string, Resource>

  /** Throws `BadCrd` with the definition and the path in it. */
  constructor(crds: readonly object[]) {
    this.all = [...coreResources, ...eventResources, ...crds.map(resourceOfCrd)]
    this.#byPath = new Map(this.all.map((resource) => [`${apiVersionOf(resource)}/${resource.plural}`, resource]))
    this.#byKind = new Map(this.all.map((resource) => [`${apiVersionOf(resource)}/${resource.kind}`, resource]))
    const stored = this.all.filter((resource) => resource.view === undefined)
    this.#byCollection = new Map(stored.map((resource) => [resource.collection, resource]))
  }

  byPlural(apiVersion: string, plural: string): Resource | undefined {
    return this.#byPath.get(`${apiVersion}/${plural}`)
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`)
  }

  /** The resource in whose form objects of the collection are stored. */
  byCollection(collection: string): Resource | undefined {
    return this.#byCollection.get(collection)
  }

  /** Collections, each once. */
  get stored(): Resource[] {
    return [...this.#byCollection.values()]
  }
}
