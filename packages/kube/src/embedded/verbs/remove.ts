// Deletion: at once, or by a mark that finalizers hold open. What depends on the object follows through the garbage collector.
import { KubeError, type Status } from "../../errors.ts"
import { type AnyObject, isRecord, textOf } from "../../object.ts"
import { qualifiedKind, type Resource } from "../kinds/resource.ts"
import { detailsOf, invalidOptions, type NamedWrite, notFound, nowText } from "./context.ts"
import { hasFinalizers, type Writer } from "./writer.ts"

export type DeleteOptions = {
  uid: string | undefined
  resourceVersion: string | undefined
  propagation: "Background" | "Foreground" | "Orphan"
  /** kubectl sends it in the body, other clients in the query. */
  isDryRun: boolean
}

export const foregroundFinalizer = "foregroundDeletion"
export const orphanFinalizer = "orphan"

const propagations = ["Background", "Foreground", "Orphan"] as const

/** Body and query of a DELETE. Throws `BadRequest` naming the field. */
export function parseDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const options = isRecord(body) ? body : {}
  if (body !== undefined && !isRecord(body)) throw new KubeError("BadRequest", "the body of a DELETE must be DeleteOptions")
  const preconditions = isRecord(options.preconditions) ? options.preconditions : {}
  const given = options.propagationPolicy ?? query.get("propagationPolicy") ?? undefined
  const orphan = options.orphanDependents ?? query.get("orphanDependents") ?? undefined
  const wanted = given ?? (orphan === true || orphan === "true" ? "Orphan" : "Background")
  const propagation = propagations.find((each) => each === wanted)
  if (!propagation) {
    const list = propagations.map((each) => JSON.stringify(each)).join(", ")
    const message = `Unsupported value: ${JSON.stringify(wanted)}: supported values: ${list}`
    throw invalidOptions("DeleteOptions", { field: "propagationPolicy", reason: "FieldValueNotSupported", message })
  }
  const text = (value: unknown): string | undefined => (value === undefined ? undefined : textOf(value))
  return {
    uid: text(preconditions.uid),
    resourceVersion: text(preconditions.resourceVersion),
    propagation,
    isDryRun: isDryRun(options.dryRun),
  }
}

/** What cannot be understood must not delete for real. */
function isDryRun(given: unknown): boolean {
  if (given === undefined || given === null || (Array.isArray(given) && given.length === 0)) return false
  if (Array.isArray(given) && given.every((each) => each === "All")) return true
  const message = `Unsupported value: ${JSON.stringify(given)}: supported values: ["All"]`
  throw invalidOptions("DeleteOptions", { field: "dryRun", reason: "FieldValueNotSupported", message })
}

/** Answers a Status when the object is gone, the object itself while finalizers hold it. */
export async function remove(writer: Writer, given: NamedWrite, options: DeleteOptions): Promise<AnyObject | Status> {
  const request = { ...given, isDryRun: given.isDryRun || options.isDryRun }
  const { resource, name } = request
  refuseDefaultNamespace(request)
  const live = writer.live(resource, request)
  if (!live) throw notFound(resource, name)
  checkPreconditions(live, request, options)
  const finalizer = { Background: undefined, Foreground: foregroundFinalizer, Orphan: orphanFinalizer }[options.propagation]
  const finalizers = new Set(live.metadata.finalizers)
  if (finalizer !== undefined) finalizers.add(finalizer)
  const isMarked = live.metadata.deletionTimestamp !== undefined
  const marked = mark(live, { finalizers: [...finalizers], now: nowText(writer.server), resource })
  if (hasFinalizers(marked)) return isMarked ? live : await writer.commit(request, marked)
  if (!request.isDryRun) await writer.server.store.stage(resource.collection, request, undefined).durable
  return gone(resource, live)
}

/** As in Kubernetes: what names no namespace lives there, so it can never go. */
function refuseDefaultNamespace({ resource, name }: NamedWrite): void {
  if (resource.collection !== "core/namespaces" || name !== "default") return
  throw new KubeError("Forbidden", 'namespaces "default" is forbidden: this namespace may not be deleted', {
    details: detailsOf(resource, name),
  })
}

function checkPreconditions(live: AnyObject, { resource, name }: NamedWrite, { uid, resourceVersion }: DeleteOptions): void {
  const { metadata } = live
  const refuse = (why: string): KubeError => {
    const details = { ...detailsOf(resource, name), kind: resource.kind }
    return new KubeError("Conflict", `Operation cannot be fulfilled on ${qualifiedKind(resource)} ${JSON.stringify(name)}: ${why}`, {
      details,
    })
  }
  if (uid !== undefined && uid !== metadata.uid) {
    const what = `the UID in the precondition (${uid}) does not match the UID in record (${textOf(metadata.uid)})`
    throw refuse(`${what}. The object might have been deleted and then recreated`)
  }
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return
  const what = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record`
  throw refuse(`${what} (${textOf(metadata.resourceVersion)}). The object might have been modified`)
}

type Mark = { finalizers: string[]; now: string; resource: Resource }

function mark(live: AnyObject, { finalizers, now, resource }: Mark): AnyObject {
  const { generation } = live.metadata
  const marked: AnyObject = {
    ...live,
    metadata: {
      ...live.metadata,
      ...(finalizers.length > 0 && { finalizers }),
      deletionTimestamp: now,
      deletionGracePeriodSeconds: 0,
      ...(generation !== undefined && { generation: generation + 1 }),
    },
  }
  if (resource.collection === "core/namespaces") marked.status = { ...(isRecord(live.status) && live.status), phase: "Terminating" }
  return marked
}

function gone(resource: Resource, { metadata }: AnyObject): Status {
  const details = { ...detailsOf(resource, metadata.name), uid: metadata.uid }
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details }
}
