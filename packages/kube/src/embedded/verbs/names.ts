// What may stand in metadata: names, labels, annotations, finalizers, owners.
import type { AnyObject, OwnerReference } from "../../object.ts"
import type { NameFormat, Resource } from "../kinds/resource.ts"
import { forbidden, invalid, type Problem, required } from "../schema/problem.ts"

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const labelName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const annotationLimit = 256 * 1024

const formats: Record<NameFormat, { pattern: RegExp; maxLength: number; accepts: string }> = {
  label: {
    pattern: label,
    maxLength: 63,
    accepts:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name' or '123-abc')",
  },
  subdomain: {
    pattern: subdomain,
    maxLength: 253,
    accepts:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')",
  },
}

export function checkMetadata(object: AnyObject, resource: Resource): Problem[] {
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = object.metadata
  return [
    ...checkName(name, resource.nameFormat),
    ...(resource.isNamespaced && namespace !== undefined && !label.test(namespace)
      ? [invalid(["metadata", "namespace"], namespace, formats.label.accepts)]
      : []),
    ...checkLabels(labels),
    ...checkAnnotations(annotations),
    ...(finalizers ?? []).flatMap((each, index) => checkQualified(each, ["metadata", "finalizers", index])),
    ...checkOwners(ownerReferences),
  ]
}

function checkName(name: string | undefined, format: NameFormat): Problem[] {
  const path = ["metadata", "name"]
  if (name === undefined || name === "") return [required(path, "name or generateName is required")]
  const { pattern, maxLength, accepts } = formats[format]
  if (name.length > maxLength) return [invalid(path, name, `must be no more than ${maxLength} characters`)]
  return pattern.test(name) ? [] : [invalid(path, name, accepts)]
}

function checkQualified(key: string, path: readonly (string | number)[]): Problem[] {
  const slash = key.indexOf("/")
  const name = key.slice(slash + 1)
  const prefix = slash < 0 ? undefined : key.slice(0, slash)
  if (prefix !== undefined && (prefix.length > 253 || !subdomain.test(prefix))) {
    return [invalid(path, key, `prefix part ${formats.subdomain.accepts}`)]
  }
  if (name.length === 0 || name.length > 63 || !labelName.test(name)) {
    const why =
      "name part must consist of at most 63 alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName', 'my.name' or '123-abc')"
    return [invalid(path, key, why)]
  }
  return []
}

function checkLabels(labels: Record<string, string> | undefined): Problem[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const path = ["metadata", "labels"]
    const isValue = value === "" || (value.length <= 63 && labelName.test(value))
    const why =
      "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
    return [...checkQualified(key, path), ...(isValue ? [] : [invalid(path, value, why)])]
  })
}

function checkAnnotations(annotations: Record<string, string> | undefined): Problem[] {
  const path = ["metadata", "annotations"]
  const entries = Object.entries(annotations ?? {})
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const tooLarge: Problem[] =
    size > annotationLimit
      ? [{ path: "metadata.annotations", type: "TooLong", message: `Too long: may not be more than ${annotationLimit} bytes` }]
      : []
  return [...entries.flatMap(([key]) => checkQualified(key.toLowerCase(), path)), ...tooLarge]
}

function checkOwners(owners: readonly OwnerReference[] | undefined): Problem[] {
  const controllers = (owners ?? []).filter((owner) => owner.controller === true)
  const problems = (owners ?? []).flatMap((owner, index) =>
    (["apiVersion", "kind", "name", "uid"] as const)
      .filter((field) => owner[field] === "")
      .map((field) => invalid(["metadata", "ownerReferences", index, field], "", `${field} must not be empty`)),
  )
  if (controllers.length <= 1) return problems
  return [...problems, invalid(["metadata", "ownerReferences"], controllers.length, "only one reference can have controller set to true")]
}

/** While an object is being deleted, finalizers may only go. */
export function checkNewFinalizers(next: AnyObject, live: AnyObject): Problem[] {
  if (live.metadata.deletionTimestamp === undefined) return []
  const before = live.metadata.finalizers ?? []
  const added = (next.metadata.finalizers ?? []).filter((each) => !before.includes(each))
  if (added.length === 0) return []
  const list = added.map((each) => JSON.stringify(each)).join(", ")
  return [
    forbidden(
      ["metadata", "finalizers"],
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ]
}
