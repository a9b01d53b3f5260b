// Server-side apply of one configuration: checked to be typed, merged, owned, then finished like every other write.
import { KubeError } from "../../errors.ts"
import { type AnyObject, isRecord, textOf } from "../../object.ts"
import { apiVersionOf } from "../kinds/resource.ts"
import { formatFieldPath } from "../merge/field-set.ts"
import { decodeManagedFields } from "../merge/managed-fields.ts"
import { type Owning, ownApply } from "../merge/ownership.ts"
import { toFieldSet } from "../merge/typed.ts"
import { findTypeErrors } from "../schema/type-errors.ts"
import { conflict, invalidObject, type NamedWrite, notFound, nowText, type Written } from "./context.ts"
import { asObject, checkAddress, checkVersion, complete } from "./decode.ts"
import { managerOf, type Writer } from "./writer.ts"

export type Application = { body: unknown; isForced: boolean }

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

export async function apply(writer: Writer, request: NamedWrite, { body, isForced }: Application): Promise<Written> {
  const { resource, subresource } = request
  const config = narrow(structuredClone(asObject(body, resource)), request)
  checkAddress(config, request)
  if (config.metadata.managedFields !== undefined) throw new KubeError("BadRequest", "metadata.managedFields must be nil")
  checkTypes(config, request)
  const live = writer.live(resource, request)
  if (!live && subresource !== undefined) throw notFound(resource, request.name)
  checkIdentity(config, live, request)
  const { object, owners } = own(writer, request, { live, config, isForced })
  const next = structuredClone(object)
  complete(next, request)
  if (live) return await writer.update(request, { live, next, owners })
  return await writer.insert(request, { next, owners, operation: "Apply" })
}

/** Only what the address covers counts: status through /status, everything else without. */
function narrow(config: AnyObject, { resource, subresource }: NamedWrite): AnyObject {
  if (subresource === "status") {
    const { apiVersion, kind, metadata, status } = config
    // As on the API server, a uid is not looked at here.
    const { name, namespace, resourceVersion, managedFields } = metadata
    const identity = Object.entries({ name, namespace, resourceVersion, managedFields }).filter(([, value]) => value !== undefined)
    return {
      apiVersion,
      kind,
      metadata: Object.fromEntries(identity) as unknown as AnyObject["metadata"],
      ...(status !== undefined && { status }),
    }
  }
  if (resource.hasStatus) delete config.status
  return config
}

function checkTypes(config: AnyObject, { resource }: NamedWrite): void {
  const errors = findTypeErrors(config, resource.schema)
  if (errors.length === 0) return
  const { namespace, name } = config.metadata
  const what = `${namespace === undefined ? "" : `${namespace}/`}${name}; ${apiVersionOf(resource)}, Kind=${resource.kind}`
  const causes = errors.map(({ path, why }) => ({ reason: "FieldValueTypeInvalid", message: why, field: path.replace(/^\./, "") }))
  const message = `failed to create typed patch object (${what}): ${errors.map(({ path, why }) => `${path}: ${why}`).join(", ")}`
  throw new KubeError("BadRequest", message, { details: { name, kind: resource.kind, causes } })
}

function checkIdentity(config: AnyObject, live: AnyObject | undefined, request: NamedWrite): void {
  const { resource, name } = request
  const { uid } = config.metadata
  if (uid !== undefined && live === undefined) {
    const why = `uid mismatch: the provided object specified uid ${textOf(uid)}, and no existing object was found`
    throw conflict(resource, { name, why })
  }
  if (uid !== undefined && uid !== live?.metadata.uid) {
    const message = `Invalid value: ${JSON.stringify(uid)}: field is immutable`
    throw invalidObject(resource, { name, problems: [{ path: "metadata.uid", type: "Invalid", message }] })
  }
  if (live) checkVersion(config, live, { ...request, isWholeObject: false })
  // A version of something that is no longer there does not keep it from being made again.
  else delete config.metadata.resourceVersion
}

type Owned = { live: AnyObject | undefined; config: AnyObject; isForced: boolean }

function own(writer: Writer, request: NamedWrite, { live, config, isForced }: Owned): Owning {
  const { resource } = request
  const write = {
    live,
    next: config,
    owners: decodeManagedFields(live?.metadata.managedFields),
    manager: managerOf(request, "Apply"),
    schema: resource.schema,
    hasStatus: resource.hasStatus,
    now: nowText(writer.server),
  }
  try {
    return ownApply({ ...write, force: isForced })
  } catch (error) {
    if (!(error instanceof KubeError) || !mayTakeOver(error, request, live)) throw error
    return ownApply({ ...write, force: true })
  }
}

/** kubectl may take over from client-side apply what client-side apply had set: it is the same person with another flag. */
function mayTakeOver(error: KubeError, { manager, resource }: NamedWrite, live: AnyObject | undefined): boolean {
  const annotation = live?.metadata.annotations?.[lastApplied]
  if (manager !== "kubectl" || annotation === undefined) return false
  try {
    const config: unknown = JSON.parse(annotation)
    if (!isRecord(config)) return false
    const allowed = new Set([...toFieldSet(config, resource.schema).paths()].map(formatFieldPath))
    return error.causes.every(({ field = "" }) => allowed.has(field))
  } catch {
    // Somebody wrote something else into the annotation: then it proves nothing.
    return false
  }
}
