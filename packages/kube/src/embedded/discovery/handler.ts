// Paths that are not resources: health, version, discovery, OpenAPI.

import { wantsAggregatedDiscovery } from "../http/negotiate.ts"
import type { Registry } from "../kinds/registry.ts"
import { aggregated, aggregatedMediaType, coreVersions, groupDocument, groupList, resourceList } from "./documents.ts"
import { type ServedGroup, servedGroups } from "./groups.ts"
import { makeOpenApi, type OpenApi } from "./openapi.ts"

export type Document = { contentType: string; body: string }

const version = {
  major: "1",
  minor: "35",
  gitVersion: "v1.35.0+rivven",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "",
}

export class DiscoveryHandler {
  readonly #groups: readonly ServedGroup[]
  readonly #registry: Registry
  #openApi: OpenApi | undefined

  constructor(registry: Registry) {
    this.#registry = registry
    this.#groups = servedGroups(registry)
  }

  /** `undefined` when the path is none of these. */
  handle(path: string, accept: string | undefined): Document | undefined {
    if (path === "/version") return json(version)
    if (path === "/api" || path === "/apis") return this.#root(path, accept)
    if (path.startsWith("/openapi/v3")) return this.#openApiAt(path)
    return this.#group(path)
  }

  #root(path: string, accept: string | undefined): Document {
    if (wantsAggregatedDiscovery(accept)) {
      return { contentType: aggregatedMediaType, body: JSON.stringify(aggregated(this.#groups, path === "/api")) }
    }
    return json(path === "/api" ? coreVersions() : groupList(this.#groups))
  }

  #group(path: string): Document | undefined {
    const [root, ...rest] = path.split("/").filter(Boolean)
    if (root !== "api" && root !== "apis") return undefined
    const [group = "", groupVersion] = root === "api" ? ["", rest[0]] : rest
    if (rest.length > (root === "api" ? 1 : 2)) return undefined
    const served = this.#groups.find((each) => each.group === group && (groupVersion === undefined || each.version === groupVersion))
    if (!served) return undefined
    return json(groupVersion === undefined ? groupDocument(served) : resourceList(served))
  }

  #openApiAt(path: string): Document | undefined {
    this.#openApi ??= makeOpenApi(this.#registry)
    if (path === "/openapi/v3") return { contentType: "application/json", body: this.#openApi.root }
    const body = this.#openApi.documents.get(path.slice("/openapi/v3/".length))
    return body === undefined ? undefined : { contentType: "application/json", body }
  }
}

function json(value: object): Document {
  return { contentType: "application/json", body: JSON.stringify(value) }
}
