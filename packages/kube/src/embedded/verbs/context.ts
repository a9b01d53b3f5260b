// What one request asks for, as the HTTP side parsed it, and what every verb works with.
import { KubeError, type StatusCause, type StatusDetails } from "../../errors.ts"
import type { AnyObject } from "../../object.ts"
import type { KubePorts } from "../../ports.ts"
import type { Registry } from "../kinds/registry.ts"
import { qualifiedKind, qualifiedName, type Resource } from "../kinds/resource.ts"
import { causeOf, type Problem, sumUp } from "../schema/problem.ts"
import type { Store } from "../storage/store.ts"

export type Server = { store: Store; registry: Registry; ports: KubePorts }

export type Target = {
  resource: Resource
  /** Absent: all namespaces, or a resource without. */
  namespace: string | undefined
  subresource: "status" | undefined
}

export type WriteRequest = Target & {
  manager: string
  isDryRun: boolean
  fieldValidation: "Ignore" | "Warn" | "Strict"
  /** Filled with what the answer has to warn of. */
  warnings: string[]
  /** The part of the API that a write through it is recorded under. */
  ownedThrough: string
}

export type NamedWrite = WriteRequest & { name: string }

/** `isNew` makes it a 201. */
export type Written = { object: AnyObject; isNew: boolean }

export function detailsOf(resource: Resource, name: string): StatusDetails {
  return { name, ...(resource.group !== "" && { group: resource.group }), kind: resource.plural }
}

export function notFound(resource: Resource, name: string): KubeError {
  return new KubeError("NotFound", `${qualifiedName(resource)} ${JSON.stringify(name)} not found`, { details: detailsOf(resource, name) })
}

export function conflict(resource: Resource, { name, why }: { name: string; why: string }): KubeError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} ${JSON.stringify(name)}: ${why}`
  return new KubeError("Conflict", message, { details: detailsOf(resource, name) })
}

export function invalidObject(resource: Resource, { name, problems }: { name: string; problems: readonly Problem[] }): KubeError {
  const message = `${qualifiedKind(resource)} ${JSON.stringify(name)} is invalid: ${sumUp(problems)}`
  const details: StatusDetails = { ...detailsOf(resource, name), kind: resource.kind, causes: problems.map(causeOf) }
  return new KubeError("Invalid", message, { details })
}

/** What is wrong with the parameters of a request; `kind` is what they are called, such as ListOptions. */
export function invalidOptions(kind: string, cause: Required<StatusCause>): KubeError {
  const message = `${kind}.meta.k8s.io "" is invalid: ${cause.field}: ${cause.message}`
  return new KubeError("Invalid", message, { details: { group: "meta.k8s.io", kind, causes: [cause] } })
}

/** Whole seconds, as metadata times are kept. */
export function nowText({ ports }: Server): string {
  return `${new Date(ports.clock.wall()).toISOString().slice(0, 19)}Z`
}
