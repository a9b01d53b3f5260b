// Discovery documents: the old ones, one per group, and the aggregated one (v2) that kubectl asks for first.
import { apiVersionOf } from "../kinds/resource.ts"
import type { ServedGroup, ServedResource } from "./groups.ts"

export const aggregatedMediaType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

export function aggregated(groups: readonly ServedGroup[], isCore: boolean): object {
  const shown = groups.filter(({ group }) => (group === "") === isCore)
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: shown.map(({ group, version, resources }) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: [
        { version, freshness: "Current", resources: resources.map((resource) => aggregatedResource(resource, { group, version })) },
      ],
    })),
  }
}

function aggregatedResource(resource: ServedResource, gv: { group: string; version: string }): object {
  return {
    resource: resource.plural,
    responseKind: { ...gv, kind: resource.kind },
    scope: resource.isNamespaced ? "Namespaced" : "Cluster",
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map(({ name, group, version, kind, verbs }) => ({
        subresource: name,
        responseKind: { group, version, kind },
        verbs,
      })),
    }),
  }
}

export function coreVersions(): object {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] }
}

export function groupList(groups: readonly ServedGroup[]): object {
  const named = groups.filter(({ group }) => group !== "")
  return { kind: "APIGroupList", apiVersion: "v1", groups: named.map((each) => groupDocument(each, {})) }
}

export function groupDocument(served: ServedGroup, head: object = { kind: "APIGroup", apiVersion: "v1" }): object {
  const version = { groupVersion: apiVersionOf(served), version: served.version }
  return { ...head, name: served.group, versions: [version], preferredVersion: version }
}

export function resourceList(served: ServedGroup): object {
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf(served),
    resources: served.resources.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.isNamespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
        ...(resource.categories.length > 0 && { categories: resource.categories }),
      },
      ...resource.subresources.map((sub) => ({
        name: `${resource.plural}/${sub.name}`,
        singularName: "",
        namespaced: resource.isNamespaced,
        ...(sub.name === "scale" && { group: sub.group, version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  }
}
