// Path → what it addresses. Only paths of resources are taken apart here; discovery and documents are looked up by their whole path.
import { KubeError } from "../../errors.ts"
import type { Registry } from "../kinds/registry.ts"
import type { Resource } from "../kinds/resource.ts"

export type Route = {
  resource: Resource
  namespace: string | undefined
  name: string | undefined
  subresource: "status" | "scale" | undefined
}

/** `undefined` when the path is none of a served resource. */
export function parseRoute(path: string, registry: Registry): Route | undefined {
  const parts = decodeParts(path)
  const [root, ...rest] = parts
  if (root === "api") return routeIn(`${rest[0] ?? ""}`, rest.slice(1), registry)
  if (root === "apis") return routeIn(`${rest[0] ?? ""}/${rest[1] ?? ""}`, rest.slice(2), registry)
  return undefined
}

function decodeParts(path: string): string[] {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent)
  } catch (cause) {
    throw new KubeError("BadRequest", `the path ${JSON.stringify(path)} is not properly encoded`, { cause })
  }
}

function routeIn(apiVersion: string, parts: string[], registry: Registry): Route | undefined {
  const isScoped = parts[0] === "namespaces" && parts.length >= 3 && !isNamespaceSubresource(parts)
  const namespace = isScoped ? parts[1] : undefined
  const [plural, name, subresource, ...more] = isScoped ? parts.slice(2) : parts
  const resource = plural === undefined ? undefined : registry.byPlural(apiVersion, plural)
  if (!resource || more.length > 0 || resource.isNamespaced !== isScoped) {
    // All namespaces at once can be listed, nothing else.
    if (!(resource?.isNamespaced === true && !isScoped && name === undefined)) return undefined
  }
  if (!isSubresource(subresource, resource)) return undefined
  return { resource, namespace, name, subresource }
}

function isNamespaceSubresource(parts: string[]): boolean {
  return parts.length === 3 && (parts[2] === "status" || parts[2] === "finalize")
}

function isSubresource(name: string | undefined, resource: Resource): name is Route["subresource"] {
  if (name === undefined) return true
  return name === "status" ? resource.hasStatus : name === "scale" && resource.scale !== undefined
}
