// The scale subresource: replicas of an object as an autoscaling/v1 Scale, read and written through the paths of its definition.
import { KubeError } from "../../errors.ts"
import { type AnyObject, isRecord } from "../../object.ts"
import { compileJsonPath } from "../json-path.ts"
import type { Resource, ScalePaths } from "../kinds/resource.ts"
import { invalidObject } from "./context.ts"

export function scaleOf(object: AnyObject, resource: Resource): AnyObject {
  const paths = pathsOf(resource)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = paths.selector === undefined ? undefined : read(object, paths.selector)
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: read(object, paths.specReplicas) ?? 0 },
    status: { replicas: read(object, paths.statusReplicas) ?? 0, ...(typeof selector === "string" && { selector }) },
  }
}

/** The object with the replicas of the Scale. Throws `BadRequest` or `Invalid` naming the field. */
export function withScale(object: AnyObject, scale: unknown, resource: Resource): AnyObject {
  const spec = isRecord(scale) ? scale.spec : undefined
  if (!isRecord(scale) || scale.kind !== "Scale") throw new KubeError("BadRequest", "the body must be a Scale of autoscaling/v1")
  const replicas = isRecord(spec) ? (spec.replicas ?? 0) : 0
  if (!Number.isInteger(replicas) || Number(replicas) < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: should be a non-negative integer`
    throw invalidObject(resource, { name: object.metadata.name, problems: [{ path: "spec.replicas", type: "Invalid", message }] })
  }
  const metadata = isRecord(scale.metadata) ? scale.metadata : {}
  const next = structuredClone(object)
  if (typeof metadata.resourceVersion === "string") next.metadata.resourceVersion = metadata.resourceVersion
  else delete next.metadata.resourceVersion
  write(next, pathsOf(resource).specReplicas, replicas)
  return next
}

function pathsOf({ scale, plural }: Resource): ScalePaths {
  if (!scale) throw new KubeError("NotFound", `${plural} have no scale`)
  return scale
}

function read(object: AnyObject, path: string): unknown {
  return compileJsonPath(path)(object)[0]
}

/** Scale paths are plain fields, as the API server demands. */
function write(object: AnyObject, path: string, value: unknown): void {
  const names = path.replace(/^\./, "").split(".")
  const last = names.pop()
  let parent: Record<string, unknown> = object
  for (const name of names) {
    const child = isRecord(parent[name]) ? parent[name] : {}
    parent[name] = child
    parent = child
  }
  if (last !== undefined) parent[last] = value
}
