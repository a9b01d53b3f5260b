// What is served, by group and version, for every document that lists it.
import type { Registry } from "../kinds/registry.ts"
import type { Resource } from "../kinds/resource.ts"

export type ServedResource = {
  plural: string
  singular: string
  kind: string
  isNamespaced: boolean
  shortNames: readonly string[]
  categories: readonly string[]
  verbs: readonly string[]
  subresources: readonly { name: string; group: string; version: string; kind: string; verbs: readonly string[] }[]
}

export type ServedGroup = { group: string; version: string; resources: ServedResource[] }

const allVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
const readVerbs = ["get", "list", "watch"]
const subresourceVerbs = ["get", "patch", "update"]

/** Reviews are asked, not stored. */
const reviews: readonly ServedGroup[] = [
  reviewGroup("authentication.k8s.io", ["SelfSubjectReview"]),
  reviewGroup("authorization.k8s.io", ["SelfSubjectAccessReview", "SelfSubjectRulesReview"]),
]

function reviewGroup(group: string, kinds: readonly string[]): ServedGroup {
  const resources = kinds.map((kind) => ({
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    kind,
    isNamespaced: false,
    shortNames: [],
    categories: [],
    verbs: ["create"],
    subresources: [],
  }))
  return { group, version: "v1", resources }
}

/** The core group comes first, then the others by name. */
export function servedGroups({ all }: Registry): ServedGroup[] {
  const groups = new Map<string, ServedGroup>()
  for (const resource of all) {
    const { group, version } = resource
    const served = groups.get(`${group}/${version}`) ?? { group, version, resources: [] }
    served.resources.push(servedResource(resource))
    groups.set(`${group}/${version}`, served)
  }
  return [...groups.values(), ...reviews].sort((a, b) => (a.group < b.group ? -1 : 1))
}

function servedResource(resource: Resource): ServedResource {
  const { plural, singular, kind, isNamespaced, shortNames, categories, group, version, isReadOnly } = resource
  const status = { name: "status", group, version, kind, verbs: isReadOnly ? ["get"] : subresourceVerbs }
  const scale = { name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: subresourceVerbs }
  return {
    plural,
    singular,
    kind,
    isNamespaced,
    shortNames,
    categories,
    verbs: isReadOnly ? readVerbs : allVerbs,
    subresources: [...(resource.hasStatus ? [status] : []), ...(resource.scale ? [scale] : [])],
  }
}
