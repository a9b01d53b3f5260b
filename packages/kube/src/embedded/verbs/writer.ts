// Create, update and patch. Each decides on the newest state and stages its outcome without awaiting in between; only then it waits for
// the disk. The same last steps (`finish`) follow every way of writing, so that no way can skip a rule.
import { KubeError } from "../../errors.ts"
import type { AnyObject, ObjectKey } from "../../object.ts"
import { isRecord } from "../../object.ts"
import { apiVersionOf, qualifiedName, type Resource } from "../kinds/resource.ts"
import { decodeManagedFields, encodeManagedFields, type Manager, type Owners } from "../merge/managed-fields.ts"
import { ownUpdate } from "../merge/ownership.ts"
import { isEqual } from "../schema/equal.ts"
import { validate } from "../schema/validate.ts"
import { detailsOf, invalidObject, type NamedWrite, notFound, nowText, type Server, type WriteRequest, type Written } from "./context.ts"
import { asObject, checkAddress, checkVersion, complete } from "./decode.ts"
import { checkMetadata, checkNewFinalizers } from "./names.ts"

const nameAlphabet = "bcdfghjklmnpqrstvwxz2456789"
const nameLimit = 58

export class Writer {
  readonly server: Server

  constructor(server: Server) {
    this.server = server
  }

  /** The newest state in the form of the resource. */
  live(resource: Resource, key: ObjectKey): AnyObject | undefined {
    const object = this.server.store.latest(resource.collection, key)?.object
    return object && (resource.view?.fromStored(object) ?? object)
  }

  async create(request: WriteRequest, { value, duplicates = [] }: Document): Promise<Written> {
    const next = structuredClone(asObject(value, request.resource))
    checkAddress(next, request)
    if (next.metadata.resourceVersion) throw new KubeError("BadRequest", "resourceVersion should not be set on objects to be created")
    complete(next, request, duplicates)
    const owners = requestedOwners(next, undefined)
    return await this.insert(request, { next, owners, operation: "Update" })
  }

  /** PUT. Where there is nothing, it answers NotFound. */
  async replace(request: NamedWrite, { value, duplicates = [] }: Document): Promise<Written> {
    const live = this.#existing(request)
    const next = structuredClone(asObject(value, request.resource))
    checkAddress(next, request)
    checkVersion(next, live, { ...request, isWholeObject: request.subresource === undefined })
    complete(next, request, duplicates)
    return await this.update(request, { live, next })
  }

  /** A patch that is a function of the live object: JSON patch, merge patch, strategic merge patch, scale. */
  async transform(request: NamedWrite, patch: (live: AnyObject) => unknown): Promise<Written> {
    const live = this.#existing(request)
    const next = structuredClone(asObject(patch(live), request.resource))
    checkAddress(next, request)
    checkVersion(next, live, { ...request, isWholeObject: false })
    complete(next, request)
    return await this.update(request, { live, next })
  }

  /** The last steps of a create, owners given. */
  async insert(request: WriteRequest, { next, owners, operation }: Insertion): Promise<Written> {
    const { resource } = request
    this.#nameIt(next)
    const key = keyOf(next)
    this.#checkNamespace(resource, next)
    if (next.metadata.name && this.server.store.latest(resource.collection, key)) {
      const message = `${qualifiedName(resource)} ${JSON.stringify(next.metadata.name)} already exists`
      throw new KubeError("AlreadyExists", message, { details: detailsOf(resource, next.metadata.name) })
    }
    const { deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, generation: _generation, ...metadata } = next.metadata
    next.metadata = {
      ...metadata,
      uid: this.server.ports.random.uuid(),
      creationTimestamp: nowText(this.server),
      ...(resource.hasGeneration && { generation: 1 }),
    }
    if (resource.hasStatus) delete next.status
    resource.prepare?.(next, undefined)
    const own = operation === "Apply" && owners ? owners : this.#ownersAfter(request, { live: undefined, next, owners })
    setOwners(next, own)
    this.#check(request, next, undefined)
    return { object: await this.commit(request, next), isNew: true }
  }

  /** The last steps of every change of an existing object. */
  async update(request: NamedWrite, { live, next, owners }: Update): Promise<Written> {
    const { resource } = request
    isolate(request, next, live)
    carry(next, live)
    resource.prepare?.(next, live)
    const finalizerProblems = checkNewFinalizers(next, live)
    if (finalizerProblems.length > 0) throw invalidObject(resource, { name: request.name, problems: finalizerProblems })
    const known =
      requestedOwners(next, request.subresource === undefined ? live : undefined) ?? decodeManagedFields(live.metadata.managedFields)
    setOwners(next, owners ?? this.#ownersAfter(request, { live, next, owners: known }))
    if (resource.hasGeneration) next.metadata.generation = (live.metadata.generation ?? 1) + (isSameDesire(next, live) ? 0 : 1)
    this.#check(request, next, live)
    if (isUnchanged(next, live)) return { object: live, isNew: false }
    const isGone = next.metadata.deletionTimestamp !== undefined && !hasFinalizers(next)
    if (!isGone) return { object: await this.commit(request, next), isNew: false }
    if (!request.isDryRun) await this.server.store.stage(resource.collection, request, undefined).durable
    return { object: next, isNew: false }
  }

  /** Stages and waits; a dry run does neither. Answers the object as stored. */
  async commit(request: WriteRequest, object: AnyObject): Promise<AnyObject> {
    if (request.isDryRun) return object
    const { resource } = request
    const stored = resource.view?.toStored(object) ?? object
    const { entry, durable } = this.server.store.stage(resource.collection, keyOf(object), stored)
    await durable
    const written = entry?.object ?? stored
    return resource.view?.fromStored(written) ?? written
  }

  #existing(request: NamedWrite): AnyObject {
    const live = this.live(request.resource, request)
    if (!live) throw notFound(request.resource, request.name)
    return live
  }

  #nameIt(object: AnyObject): void {
    const { name, generateName } = object.metadata
    if (name || !generateName) return
    const random = Array.from({ length: 5 }, () => nameAlphabet[Math.floor(this.server.ports.random.next() * nameAlphabet.length)])
    object.metadata.name = generateName.slice(0, nameLimit) + random.join("")
  }

  #checkNamespace(resource: Resource, { metadata }: AnyObject): void {
    if (!resource.isNamespaced) return
    const name = metadata.namespace ?? ""
    const namespace = this.server.store.latest("core/namespaces", { name })?.object
    if (!namespace)
      throw new KubeError("NotFound", `namespaces ${JSON.stringify(name)} not found`, { details: { name, kind: "namespaces" } })
    if (namespace.metadata.deletionTimestamp === undefined) return
    const what = `${qualifiedName(resource)} ${JSON.stringify(metadata.name)} is forbidden`
    const why = `unable to create new content in namespace ${name} because it is being terminated`
    const causes = [{ reason: "NamespaceTerminating", message: `namespace ${name} is being terminated`, field: "metadata.namespace" }]
    throw new KubeError("Forbidden", `${what}: ${why}`, { details: { ...detailsOf(resource, metadata.name), causes } })
  }

  #ownersAfter(
    request: WriteRequest,
    { live, next, owners }: { live: AnyObject | undefined; next: AnyObject; owners: Owners | undefined },
  ): Owners {
    return ownUpdate({
      live,
      next,
      owners: owners ?? new Map(),
      manager: managerOf(request, "Update"),
      schema: request.resource.schema,
      hasStatus: request.resource.hasStatus,
      now: nowText(this.server),
    })
  }

  #check({ resource }: WriteRequest, next: AnyObject, live: AnyObject | undefined): void {
    const problems = [
      ...checkMetadata(next, resource),
      ...validate({ value: next, schema: resource.schema, old: live }),
      ...(resource.check?.(next, live) ?? []),
    ]
    if (problems.length > 0) throw invalidObject(resource, { name: next.metadata.name, problems })
  }
}

/** A parsed body, with the keys that stood in it twice. */
export type Document = { value: unknown; duplicates?: readonly string[] }

type Insertion = { next: AnyObject; owners: Owners | undefined; operation: "Apply" | "Update" }
type Update = { live: AnyObject; next: AnyObject; owners?: Owners }

export function managerOf({ manager, resource, ownedThrough }: WriteRequest, operation: "Apply" | "Update"): Manager {
  return { name: manager, operation, subresource: ownedThrough, apiVersion: apiVersionOf(resource) }
}

export function keyOf({ metadata }: AnyObject): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name }
}

/** Owners that the request itself states; `undefined` when it does not mean to. A single empty entry resets them. */
function requestedOwners({ metadata }: AnyObject, live: AnyObject | undefined): Owners | undefined {
  const { managedFields } = metadata
  if (!managedFields || managedFields.length === 0) return undefined
  if (managedFields.length === 1 && isRecord(managedFields[0]) && Object.keys(managedFields[0]).length === 0) return new Map()
  if (live && isEqual(managedFields, live.metadata.managedFields)) return undefined
  return decodeManagedFields(managedFields)
}

function setOwners(object: AnyObject, owners: Owners): void {
  const managedFields = encodeManagedFields(owners)
  if (managedFields) object.metadata.managedFields = managedFields
  else delete object.metadata.managedFields
}

/** Through `/status` only status changes; elsewhere status stays as it is. */
function isolate({ resource, subresource }: WriteRequest, next: AnyObject, live: AnyObject): void {
  if (subresource === "status") {
    const { status } = next
    for (const name of Object.keys(next)) if (name !== "metadata") delete next[name]
    Object.assign(next, live, { metadata: { ...live.metadata }, status })
    if (status === undefined) delete next.status
  } else if (resource.hasStatus) {
    if (live.status === undefined) delete next.status
    else next.status = live.status
  }
}

/** What only the server sets stays as it was. */
function carry(next: AnyObject, live: AnyObject): void {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion } = live.metadata
  const own = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion }
  const given = Object.entries({ ...next.metadata, ...own }).filter(([, value]) => value !== undefined)
  next.metadata = Object.fromEntries(given) as AnyObject["metadata"]
}

function isSameDesire(next: AnyObject, live: AnyObject): boolean {
  const desire = ({ metadata: _metadata, status: _status, ...rest }: AnyObject): unknown => rest
  return isEqual(desire(next), desire(live))
}

/** Times of managers alone are no change. */
function isUnchanged(next: AnyObject, live: AnyObject): boolean {
  const timeless = (object: AnyObject): unknown => ({
    ...object,
    metadata: { ...object.metadata, managedFields: object.metadata.managedFields?.map(({ time: _time, ...entry }) => entry) },
  })
  return isEqual(timeless(next), timeless(live))
}

export function hasFinalizers(object: AnyObject): boolean {
  const spec = object.kind === "Namespace" && isRecord(object.spec) ? object.spec.finalizers : undefined
  return (object.metadata.finalizers?.length ?? 0) > 0 || (Array.isArray(spec) && spec.length > 0)
}
